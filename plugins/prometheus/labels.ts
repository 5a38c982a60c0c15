import type { AttemptRecord, LiveStatus, Outcome } from '429chain/plugin';

/** Callers choose the names of models, and each value of a label is a series for ever: what no chain names counts here. */
const OTHERS = '(others)';

/** The values that labels may take: what the configuration names. */
export class Names {
  readonly #targets: ReadonlySet<string>;
  readonly #chains: ReadonlySet<string>;

  constructor({ targets }: LiveStatus) {
    this.#targets = new Set(targets.map(({ target }) => target));
    this.#chains = new Set(targets.flatMap(({ chains }) => chains));
  }

  /** Empty for a request that was refused before its chain was known. */
  chain(name: string): string {
    return name === '' || this.#chains.has(name) ? name : OTHERS;
  }

  target(id: string): string {
    return this.#targets.has(id) ? id : OTHERS;
  }
}

/** Those that people look for; a provider may refuse with any other. */
const STATUSES = new Set([200, 400, 401, 404, 408, 413, 415, 422, 429, 499, 500, 502, 503, 504]);

export const statusLabel = ({ status }: Outcome): string =>
  STATUSES.has(status) ? String(status) : `${Math.floor(status / 100)}xx`;

/** `served`, the class of its failure, or why it was not asked: `limited`, or `skipped` for any other reason. */
export const outcomeLabel = (record: AttemptRecord): string => {
  if (record.outcome === 'failed') return record.failure.class;
  return record.outcome === 'skipped' && record.limited ? 'limited' : record.outcome;
};
