import type { Failure } from '../../plugin/door/attempt.js';
import type { FailedResult } from '../attempt/result.js';
import { isTimeout } from '../causes.js';
import type { Failed } from './outcome.js';

/** Failures that a chain's `retries` repeats in place. */
const RETRIED = new Set<Failure['class']>(['overloaded', 'server_error']);

/** A failure that took longer would cost the caller as much time again. A provider that is down says so at once. */
const FAST_FAILURE_MS = 2_000;

/** Returns whether `retries` may repeat a failed attempt in place: only what failed fast, and no timeout of ours. */
export const mayRetryInPlace = ({ failure, record }: FailedResult): boolean =>
  RETRIED.has(failure.class) && !(record.durationMs > FAST_FAILURE_MS) && !isTimeout(failure.cause);

/** Refusals that end by waiting a little. */
const PASSING = new Set<Failure['class']>(['rate_limit', 'quota', 'overloaded']);

/** Returns whether a chain's `patience` covers the refusal itself. Waiting a little brings no credit. */
export const mayWaitPatiently = ({ failure }: Failed): boolean =>
  PASSING.has(failure.class) && failure.about !== 'money' && failure.about !== 'account';
