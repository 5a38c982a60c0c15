import type { StatusReport } from '../../../../src/contract/admin-api.js';
import type { LiveEvent } from '../../../../src/contract/events.js';
import type { RequestRecord, Totals } from '../../../../src/contract/requests.js';

/** What the overview says about the day. */
export type DayFigures = Pick<
  Totals,
  'requests' | 'saved' | 'avoided' | 'rateLimited' | 'promptTokens' | 'completionTokens'
>;

/** The figures of the day up to the last request that the live feed brought: the totals of the server, and what ended since. */
export class Today {
  #since: readonly RequestRecord[] = [];

  /** @returns whether requests ended that the feed left out, so that the totals must be loaded again */
  heard(event: LiveEvent): boolean {
    if (event.type === 'status') return true;
    this.#since = [...this.#since, ...event.requests];
    return (event.missed ?? 0) > 0;
  }

  /** Returns the totals of `status` with what ended after it. It forgets what `status` contains. */
  figures({ today, at }: Pick<StatusReport, 'today' | 'at'>): DayFigures | undefined {
    this.#since = this.#since.filter((record) => endOf(record) > at);
    return today && this.#since.reduce(withRequest, today);
  }
}

const endOf = ({ at, latencyMs }: RequestRecord): number => at + latencyMs;

/** Counts as the request log does. */
const withRequest = (figures: DayFigures, record: RequestRecord): DayFigures => {
  const { status, target, attempts, promptTokens = 0, completionTokens = 0 } = record;
  const limits = attempts.filter(
    ({ class: failureClass }) => failureClass === 'rate_limit' || failureClass === 'quota',
  );
  const avoided = limits.filter(({ outcome }) => outcome === 'skipped').length;
  const isSaved = status < 400 && target !== undefined && attempts[0] !== undefined && attempts[0].target !== target;
  return {
    requests: figures.requests + 1,
    saved: figures.saved + (isSaved ? 1 : 0),
    avoided: figures.avoided + avoided,
    rateLimited: figures.rateLimited + limits.length - avoided,
    promptTokens: figures.promptTokens + promptTokens,
    completionTokens: figures.completionTokens + completionTokens,
  };
};
