import type { RunningProxy } from '../../proxy.js';

export const ADMIN_KEY = 'test-key-of-the-admin';

/** The metrics of one scrape. */
export interface Scrape {
  readonly text: string;
  /** The value of one series; `undefined` without one. Labels are in the order of the text. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
  /** Every series of 429chain, without its value. */
  readonly series: readonly string[];
  /** The types of all metrics by name, without the suffixes of histograms. */
  readonly types: ReadonlyMap<string, string>;
}

const LINE = /^(\w+)(?:\{(.*)\})? (\S+)$/;

/** Reads `GET /metrics` by the grammar of its format. Throws for an invalid line. */
export const scrape = async (
  { address, app }: Pick<RunningProxy, 'address' | 'app'>,
  key = ADMIN_KEY,
): Promise<Scrape> => {
  // A request is counted when it is over, which is after its answer has left.
  await app.runtime.waterfall.idle();
  const response = await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status}: ${text}`);
  const values = new Map<string, number>();
  const types = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, type] = /^# TYPE (\w+) (\w+)$/.exec(line) ?? [];
    if (name !== undefined && type !== undefined) types.set(name, type);
    if (line === '' || line.startsWith('#')) continue;
    const [, metric = '', labels = '', value = ''] = LINE.exec(line) ?? [];
    if (metric === '') throw new Error(`No line of the format: ${line}`);
    const series = labels === '' ? metric : `${metric}{${labels}}`;
    if (values.has(series)) throw new Error(`Twice: ${series}`);
    values.set(series, Number(value));
  }
  return {
    text,
    types,
    series: [...values.keys()].filter((name) => name.startsWith('chain429_')),
    value: (name, labels = {}) => {
      const told = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
      return values.get(`chain429_${name}${told.length === 0 ? '' : `{${told.join(',')}}`}`);
    },
  };
};
