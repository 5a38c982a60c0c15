import { definePlugin } from '429chain/plugin';

/**
 * @typedef {object} Options
 * @property {string} [provider] the id of the provider that rests; 'local' unless told
 * @property {number} [from] the hour at which it goes to rest, 22 unless told
 * @property {number} [to] the hour at which it is asked again, 7 unless told
 */

const hour = { type: 'integer', minimum: 0, maximum: 23 };

/** One provider is not asked at night, on the clock of the machine that runs 429chain. */
export default definePlugin({
  name: 'quiet-hours',

  optionsSchema: {
    type: 'object',
    properties: { provider: { type: 'string' }, from: hour, to: hour },
    additionalProperties: false,
  },

  apply({ hooks }, /** @type {Options} */ { provider = 'local', from = 22, to = 7 }) {
    hooks.beforeAttempt.tap('quiet-hours', ({ target, startedAt }) => {
      if (target.provider !== provider || !isQuiet(new Date(startedAt).getHours(), from, to)) return undefined;
      return { reason: `${provider} rests until ${to}:00`, retryAt: nextTime(to, startedAt) };
    });
  },
});

/** @type {(hour: number, from: number, to: number) => boolean} */
const isQuiet = (hour, from, to) => (from <= to ? from <= hour && hour < to : from <= hour || hour < to);

/** @type {(hour: number, after: number) => number} */
const nextTime = (hour, after) => {
  const date = new Date(after);
  date.setHours(hour, 0, 0, 0);
  if (date.getTime() <= after) date.setDate(date.getDate() + 1);
  return date.getTime();
};
