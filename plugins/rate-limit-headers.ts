import { definePlugin, readRateLimitHeaders } from '429chain/plugin';

/** Reads every dialect of rate-limit headers, for answers that no provider type's own parser spoke for. */
export default definePlugin({
  name: 'rate-limit-headers',
  apply({ hooks }) {
    hooks.onRateLimitHeaders.tap({ name: 'rate-limit-headers', stage: 100 }, (head) => readRateLimitHeaders(head));
  },
});
