import { definePlugin, durationOf } from '429chain/plugin';

/**
 * @typedef {object} Options
 * @property {string} chain the chain that the reserve is kept for
 * @property {number} [share] how much of each day's limit is kept for it. Default: 0.2, a fifth
 */

const DAY_MS = 86_400_000;

/** Keeps a part of every day's limit for one chain: other chains skip a target once only the reserve is left. */
export default definePlugin({
  name: 'day-reserve',

  optionsSchema: {
    type: 'object',
    required: ['chain'],
    properties: { chain: { type: 'string' }, share: { type: 'number', minimum: 0, maximum: 1 } },
    additionalProperties: false,
  },

  apply(api, /** @type {Options} */ { chain, share = 0.2 }) {
    api.hooks.beforeAttempt.tap('day-reserve', (attempt) => {
      if (attempt.chain === chain) return undefined;
      const standing = api.status().targets.find(({ target }) => target === attempt.target.id);
      // The units of this attempt are held already: `remaining` is what would be left after it.
      const spent = standing?.quotas.find(
        ({ window = '', limit = 0, remaining = limit }) => durationOf(window) === DAY_MS && remaining < limit * share,
      );
      if (spent === undefined) return undefined;
      const { dimension, resetAt } = spent;
      return { reason: `the rest of the day's ${dimension} is kept for ${chain}`, retryAt: resetAt };
    });
  },
});
