import type { FailureClass } from '../../contract/quota.js';

const WORDS: Readonly<Record<FailureClass, string>> = {
  rate_limit: 'rate limit reached',
  quota: 'quota used up',
  auth: 'key refused',
  not_found: 'unknown model',
  overloaded: 'overloaded',
  server_error: 'failed',
  too_large: 'request too large',
  bad_request: 'request refused',
  moderation: 'content refused',
  cancelled: 'cancelled',
};

/** Returns a target's reason in plain words. A reason that begins with a failure class gets the words for that class. */
export const plainReason = (reason: string): string =>
  reason.replace(/^[a-z_]+(?=$|:| \()/, (word) => (Object.hasOwn(WORDS, word) ? WORDS[word as FailureClass] : word));
