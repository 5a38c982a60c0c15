import type { RequestAttempt, RequestRecord } from '../../../../src/contract/requests.js';

/** One line of a request's timeline: an attempt or a wait. Times are in ms after the arrival. */
export type Rung =
  | { readonly kind: 'attempt'; readonly attempt: RequestAttempt; readonly from: number; readonly to: number }
  | { readonly kind: 'wait'; readonly from: number; readonly to: number };

/** Shorter gaps are processing time of 429chain. */
const SHORTEST_WAIT_MS = 5;

/** The timeline of a request. A wait is a gap between two attempts. */
export const ladderOf = ({ attempts, latencyMs, waitedMs }: RequestRecord): readonly Rung[] => {
  const rungs: Rung[] = [];
  let waited = waitedMs;
  let at = 0;
  const waitUntil = (to: number): void => {
    if (to - at < SHORTEST_WAIT_MS || waited < SHORTEST_WAIT_MS) return;
    rungs.push({ kind: 'wait', from: at, to });
    waited -= to - at;
  };
  for (const attempt of attempts) {
    const from = Math.min(attempt.startedMs ?? at, latencyMs);
    const to = Math.min(from + attempt.durationMs, latencyMs);
    if (attempt.startedMs !== undefined) waitUntil(from);
    rungs.push({ kind: 'attempt', attempt, from, to });
    at = Math.max(at, to);
  }
  waitUntil(latencyMs);
  return rungs;
};

/** The numbers of called and of skipped targets. A target that was both counts as called. */
export const countTargets = (
  attempts: readonly RequestAttempt[],
): { readonly asked: number; readonly skipped: number } => {
  const asked = new Set(attempts.filter(({ outcome }) => outcome !== 'skipped').map(({ target }) => target));
  const all = new Set(attempts.map(({ target }) => target));
  return { asked: asked.size, skipped: all.size - asked.size };
};
