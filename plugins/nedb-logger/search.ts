import type { RequestQuery, RequestRecord } from '429chain/plugin';
import { withoutLineEnds } from './lines.js';

/** The part of a query that selects records. */
export type Filter = Omit<RequestQuery, 'limit' | 'cursor'>;

/** Decides whether a record fits a query. */
export class Search {
  readonly #filter: Filter;
  readonly #words: readonly string[];
  /** The words as they stand in a line of JSON, in lower case. */
  readonly #inLine: readonly string[];
  /** Fields as they stand in a line of JSON. */
  readonly #fields: readonly string[];

  constructor(filter: Filter) {
    this.#filter = filter;
    this.#words = wordsOf(filter.search ?? '');
    this.#inLine = this.#words.map((word) => inLine(word).slice(1, -1));
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

  fits(record: RequestRecord): boolean {
    const { chain, provider, status, from, to } = this.#filter;
    return (
      (chain === undefined || record.chain === chain) &&
      (provider === undefined || record.provider === provider) &&
      (status === undefined || (typeof status === 'number' ? record.status === status : endOf(record) === status)) &&
      (from === undefined || record.at >= from) &&
      (to === undefined || record.at < to) &&
      (this.#words.length === 0 || hasWords(record, this.#words))
    );
  }
}

const inLine = (value: unknown): string => withoutLineEnds(JSON.stringify(value));

const wordsOf = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');

const hasWords = (record: RequestRecord, words: readonly string[]): boolean => {
  const { id, chain, keyLabel, refusal = '', target = '', attempts } = record;
  const texts = [id, chain, keyLabel, refusal, target];
  for (const attempt of attempts) texts.push(attempt.target, attempt.reason ?? '', attempt.class ?? '');
  const lower = texts.map((text) => text.toLowerCase());
  return words.every((word) => lower.some((text) => text.includes(word)));
};

const endOf = ({ status }: RequestRecord): 'answered' | 'failed' => (status < 400 ? 'answered' : 'failed');
