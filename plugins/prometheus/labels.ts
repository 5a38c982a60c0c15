import type { AttemptRecord, LiveStatus, Outcome, QuotaView, SkippedTarget } from '429chain/plugin';

/** The label of every target and chain that the configuration does not name: callers choose names, and each would be a series for ever. */
const OTHERS = '(others)';

/** The names in the configuration: the values that labels may have. */
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

/** The statuses with a label of their own. Others are grouped, such as `4xx`. */
const STATUSES = new Set([200, 400, 401, 404, 408, 413, 415, 422, 429, 499, 500, 502, 503, 504]);

export const statusLabel = ({ status }: Outcome): string =>
  STATUSES.has(status) ? String(status) : `${Math.floor(status / 100)}xx`;

/** `served`, the class of the failure, `limited` for a target skipped because of a limit, or `skipped`. */
export const outcomeLabel = (record: AttemptRecord): string => {
  if (record.outcome === 'failed') return record.failure.class;
  return record.outcome === 'skipped' ? skippedLabel(record) : record.outcome;
};

/** The label of a target that was not asked. */
export const skippedLabel = ({ limited }: Pick<SkippedTarget, 'limited'>): string => (limited ? 'limited' : 'skipped');

/** The window of a quota: `1m`, or by the calendar `day`, `day America/Los_Angeles`, `month from 15`. Empty if there is none. */
export const windowLabel = ({ window = '', calendar }: QuotaView): string => {
  if (calendar === undefined) return window;
  const { each, zone, from } = calendar;
  return [each, zone, from === undefined ? undefined : `from ${from}`].filter((part) => part !== undefined).join(' ');
};
