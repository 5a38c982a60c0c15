import { definePlugin } from '429chain/plugin';

/**
 * @typedef {object} Options
 * @property {string} [provider] the id of the provider to pause. Default: 'local'
 * @property {number} [from] the hour from which it is paused. Default: 22
 * @property {number} [to] the hour from which it is asked again. Default: 7
 */

const hour = { type: 'integer', minimum: 0, maximum: 23 };

/** Skips one provider at night, by the clock of the machine that runs 429chain. */
export default definePlugin({
  name: 'quiet-hours',

  optionsSchema: {
    type: 'object',
    properties: { provider: { type: 'string' }, from: hour, to: hour },
    additionalProperties: false,
  },

  apply({ hooks }, /** @type {Options} */ { provider = 'local', from = 22, to = 7 }) {
    hooks.beforeAttempt.tap({ name: 'quiet-hours', filter: { provider } }, ({ startedAt }) => {
      if (!isQuiet(new Date(startedAt).getHours(), from, to)) return undefined;
      return { reason: `${provider} is not used until ${to}:00`, retryAt: nextTime(to, startedAt) };
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
