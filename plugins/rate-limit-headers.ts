import { definePlugin, readRateLimitHeaders } from '429chain/plugin';

/** Reads the common rate-limit headers, for responses that no other plugin reads. */
export default definePlugin({
  name: 'rate-limit-headers',
  apply({ hooks }) {
    hooks.onRateLimitHeaders.tap({ name: 'rate-limit-headers', stage: 100 }, (head) => readRateLimitHeaders(head));
  },
});
