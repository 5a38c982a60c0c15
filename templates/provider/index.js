// @ts-check
import { definePlugin } from '429chain/plugin';

/**
 * @typedef {object} Options
 * @property {string} [baseUrl] another address than the default
 */

export default definePlugin({
  name: 'my-plugin',

  // The plugin's options in the configuration. 429chain checks them before `apply`, and the admin shows a form for them.
  optionsSchema: {
    type: 'object',
    properties: { baseUrl: { type: 'string', title: 'Base URL', description: 'Another address than the default.' } },
    additionalProperties: false,
  },

  apply(api, /** @type {Options} */ { baseUrl = 'https://api.example.com/v1' }) {
    api.addProviderType('my-plugin', {
      baseUrl,

      // The admin shows this to a person who adds a provider of this type.
      about: { title: 'my-plugin', freeTier: 'What it gives for free.', keyUrl: 'https://example.com/keys' },

      // Limits of the free tier that no header states.
      knownLimits: [{ requests: 30, per: '1m' }],

      // Fields that OpenAI accepts and this provider refuses, and what 429chain does with them.
      adaptations: [
        { field: 'logprobs', drop: true, why: 'the provider refuses it' },
        { field: 'max_completion_tokens', rename: 'max_tokens', why: 'the provider knows only the old name' },
      ],
    });
  },
});
