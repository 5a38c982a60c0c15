// @ts-check
import { definePlugin } from '429chain/plugin';

/**
 * @typedef {object} Options
 * @property {string} [provider] the provider that gets short requests only; 'groq' unless told
 * @property {number} [tokens] the most that such a request may have; 2000 unless told
 */

/**
 * Why a target is not to be asked; `undefined` is no opinion.
 * @type {(attempt: import('429chain/plugin').Attempt, options: Options) => import('429chain/plugin').Denial | undefined}
 */
export const decide = ({ target, estimatedTokens }, { provider = 'groq', tokens = 2000 }) => {
  if (target.provider !== provider || estimatedTokens <= tokens) return undefined;
  return { reason: `only requests of up to ${tokens} tokens go to ${provider}` };
};

export default definePlugin({
  name: 'my-plugin',

  // What may stand beside it in the configuration; shown in the admin, and checked before `apply`.
  optionsSchema: {
    type: 'object',
    properties: { provider: { type: 'string' }, tokens: { type: 'integer', minimum: 1 } },
    additionalProperties: false,
  },

  apply({ hooks }, /** @type {Options} */ options) {
    hooks.beforeAttempt.tap('my-plugin', (attempt) => decide(attempt, options));
  },
});
