import { definePlugin, headerOf, nextMinute, nextUtcMidnight } from '429chain/plugin';

/** The windows of the header, and when each of them ends. */
const WINDOWS = /** @type {const} */ ({
  minute: { window: '1m', endOf: nextMinute },
  day: { window: '1d', endOf: nextUtcMidnight },
});

/**
 * Reads used and allowed requests from a provider's own header: `x-quota: minute=3/20, day=140/1000`.
 * @type {(head: import('429chain/plugin').ResponseHead) => import('429chain/plugin').Signal[] | undefined}
 */
export const parse = ({ headers, at }) => {
  const said = headerOf(headers, 'x-quota');
  if (said === undefined) return undefined;
  return [...said.matchAll(/(minute|day)=(\d+)\/(\d+)/g)].map(([, unit, used, allowed]) => {
    const { window, endOf } = WINDOWS[/** @type {'minute' | 'day'} */ (unit)];
    const limit = Number(allowed);
    return { dimension: 'requests', window, limit, remaining: Math.max(0, limit - Number(used)), resetAt: endOf(at) };
  });
};

/** Reads the limits of every provider that sends this header. */
export default definePlugin({
  name: 'quota-header',
  apply({ hooks }) {
    hooks.onRateLimitHeaders.tap('quota-header', parse);
  },
});
