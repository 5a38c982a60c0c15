import { ApiError } from '../server/client.js';

/** A target that did not serve a request, as listed in the server's error. */
export interface FailedTarget {
  readonly target: string;
  readonly reason: string;
  readonly status?: number;
  readonly message?: string;
  readonly retry_at?: string;
}

export const failedTargetsIn = (problem: unknown): readonly FailedTarget[] =>
  problem instanceof ApiError && problem.code === 'chain_exhausted'
    ? ((problem.details.targets ?? []) as readonly FailedTarget[])
    : [];

/** The message of an error, without the targets that are listed below it. */
export const problemWords = (problem: Error): string =>
  failedTargetsIn(problem).length > 0 && problem instanceof ApiError
    ? `No target of “${String(problem.details.chain)}” can answer now.`
    : problem.message;
