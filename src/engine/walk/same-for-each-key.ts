import type { FailureSubject } from '../../contract/quota.js';
import type { FailedResult } from '../attempt/result.js';
import { isTimeout } from '../causes.js';

/** What a provider says about these does not depend on the key. */
const SAME_FOR_EACH_KEY = new Set<FailureSubject | undefined>(['request', 'content']);

/**
 * Returns why the other keys of the provider would fail like this one with this request; `undefined` if they may do better. A
 * request that is too large for a limit may fit into that of another account.
 */
export const sameForEachKey = ({ failure, record }: FailedResult, key: string): string | undefined => {
  if (isTimeout(failure.cause)) return `no answer in time with ${key} already`;
  const isAboutLimit = failure.class === 'too_large' && record.signals.length > 0;
  const isSame = SAME_FOR_EACH_KEY.has(failure.about) && !isAboutLimit;
  return isSame ? `the request was refused with ${key} already` : undefined;
};
