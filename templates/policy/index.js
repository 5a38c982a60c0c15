// @ts-check
import { definePlugin } from '429chain/plugin';

/**
 * @typedef {object} Options
 * @property {string} [provider] the provider that gets short requests only. Default: 'groq'
 * @property {number} [tokens] the longest request that it gets, in tokens. Default: 2000
 */

/**
 * A denial skips the target; `undefined` means no opinion. A policy that counts must not count an attempt whose `dryRun`
 * is true: nothing is sent then.
 * @type {(attempt: import('429chain/plugin').Attempt, options: Options) => import('429chain/plugin').Denial | undefined}
 */
export const decide = ({ target, estimatedTokens }, { tokens = 2000 }) =>
  estimatedTokens <= tokens
    ? undefined
    : { reason: `only requests of up to ${tokens} tokens go to ${target.provider}` };

export default definePlugin({
  name: 'my-plugin',

  // The plugin's options in the configuration. 429chain checks them before `apply`, and the admin shows a form for them.
  optionsSchema: {
    type: 'object',
    properties: { provider: { type: 'string' }, tokens: { type: 'integer', minimum: 1 } },
    additionalProperties: false,
  },

  apply({ hooks }, /** @type {Options} */ options) {
    const filter = { provider: options.provider ?? 'groq' };
    hooks.beforeAttempt.tap({ name: 'my-plugin', filter }, (attempt) => decide(attempt, options));
  },
});
