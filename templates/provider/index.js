// @ts-check
import { definePlugin } from '429chain/plugin';

/**
 * @typedef {object} Options
 * @property {string} [baseUrl] another address than the usual one
 */

export default definePlugin({
  name: 'my-plugin',

  // What may stand beside it in the configuration; shown in the admin, and checked before `apply`.
  optionsSchema: {
    type: 'object',
    properties: { baseUrl: { type: 'string', title: 'Base URL', description: 'Another address than the usual one.' } },
    additionalProperties: false,
  },

  apply(api, /** @type {Options} */ { baseUrl = 'https://api.example.com/v1' }) {
    api.addProviderType('my-plugin', {
      baseUrl,

      // For who adds a provider of this type in the admin.
      about: { title: 'my-plugin', freeTier: 'What it gives for free.', keyUrl: 'https://example.com/keys' },

      // What the free tier allows and headers never tell.
      knownLimits: [{ requests: 30, per: '1m' }],

      // What it refuses though OpenAI takes it, and what becomes of that.
      adaptations: [
        { field: 'logprobs', drop: true, why: 'it is refused' },
        { field: 'max_completion_tokens', rename: 'max_tokens', why: 'only the old name is known' },
      ],
    });
  },
});
