import type { RequestAttempt } from '429chain/plugin';

/** The first attempts of a record, all of targets that were skipped, and their JSON without brackets. */
export interface SkippedStart {
  readonly attempts: readonly RequestAttempt[];
  readonly json: string;
}

/** Shorter ones are not worth it. */
const SHORTEST = 8;
/** The most that are kept, in the order in which they were made. */
const MOST_KEPT = 16;

/**
 * The JSON of skipped targets. While the first targets of a long chain rest, request after request skips them, and its
 * record has the very same attempts.
 */
export class SkippedStarts {
  readonly #kept: SkippedStart[] = [];

  /** The skipped attempts that a record begins with; `undefined` if they are few. */
  startOf(attempts: readonly RequestAttempt[]): SkippedStart | undefined {
    if (attempts.length < SHORTEST || attempts[SHORTEST - 1]?.outcome !== 'skipped') return undefined;
    const known = this.#kept.find((each) => begins(attempts, each.attempts));
    if (known !== undefined) return known;
    const end = attempts.findIndex(({ outcome }) => outcome !== 'skipped');
    const skipped = end === -1 ? attempts : attempts.slice(0, end);
    if (skipped.length < SHORTEST) return undefined;
    const made = { attempts: skipped, json: JSON.stringify(skipped).slice(1, -1) };
    if (this.#kept.push(made) > MOST_KEPT) this.#kept.shift();
    return made;
  }
}

const begins = (attempts: readonly RequestAttempt[], start: readonly RequestAttempt[]): boolean => {
  if (attempts.length < start.length) return false;
  for (let index = 0; index < start.length; index++) if (attempts[index] !== start[index]) return false;
  return true;
};
