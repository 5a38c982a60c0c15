import { definePlugin, readRateLimitHeaders } from '429chain/plugin';

/** Reads the common rate-limit headers, for responses that no other plugin reads. */
export default definePlugin({
  name: 'rate-limit-headers',
  description: 'Reads limits from the usual headers of answers: x-ratelimit-*, RateLimit and Retry-After.',
  apply({ hooks }) {
    hooks.onRateLimitHeaders.tap({ name: 'rate-limit-headers', stage: 100 }, (head) => readRateLimitHeaders(head));
  },
});
