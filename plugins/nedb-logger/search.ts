import type { RequestRecord } from '429chain/plugin';
import { type Filter, fitting, wordsOf } from '../request-log/filter.js';
import { withoutLineEnds } from './lines.js';

/** Decides whether a record fits a query. */
export class Search {
  readonly fits: (record: RequestRecord) => boolean;
  /** The words as they stand in a line of JSON, in lower case. */
  readonly #inLine: readonly string[];
  /** Fields as they stand in a line of JSON. */
  readonly #fields: readonly string[];

  constructor(filter: Filter) {
    this.fits = fitting(filter);
    this.#inLine = wordsOf(filter.search ?? '').map((word) => inLine(word).slice(1, -1));
    const { chain, provider, status } = filter;
    this.#fields = Object.entries({ chain, provider, status })
      .filter(([, value]) => value !== undefined && value !== 'answered' && value !== 'failed')
      .map(([name, value]) => `"${name}":${inLine(value)}`);
  }

  /** Whether the record of a line may fit. Parsing it takes longer than this. */
  mayFit(line: string): boolean {
    if (!this.#fields.every((field) => line.includes(field))) return false;
    if (this.#inLine.length === 0) return true;
    const lower = line.toLowerCase();
    return this.#inLine.every((word) => lower.includes(word));
  }
}

const inLine = (value: unknown): string => withoutLineEnds(JSON.stringify(value));
