import type { RequestQuery, RequestRecord } from '429chain/plugin';

/** The part of a query that selects records. */
export type Filter = Omit<RequestQuery, 'limit' | 'cursor'>;

/** @returns a function that says whether a record fits a query */
export const fitting = ({
  chain,
  provider,
  status,
  from,
  to,
  search = '',
}: Filter): ((record: RequestRecord) => boolean) => {
  const words = wordsOf(search);
  return (record) =>
    (chain === undefined || record.chain === chain) &&
    (provider === undefined || record.provider === provider) &&
    (status === undefined || (typeof status === 'number' ? record.status === status : endOf(record) === status)) &&
    (from === undefined || record.at >= from) &&
    (to === undefined || record.at < to) &&
    (words.length === 0 || hasWords(record, words));
};

/** The words of a search, in lower case. */
export const wordsOf = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');

/** What a search looks at. */
export const textsOf = ({ id, chain, keyLabel, refusal = '', target = '', attempts }: RequestRecord): string[] => {
  const texts = [id, chain, keyLabel, refusal, target];
  for (const attempt of attempts) texts.push(attempt.target, attempt.reason ?? '', attempt.class ?? '');
  return texts;
};

const hasWords = (record: RequestRecord, words: readonly string[]): boolean => {
  const lower = textsOf(record).map((text) => text.toLowerCase());
  return words.every((word) => lower.some((text) => text.includes(word)));
};

const endOf = ({ status }: RequestRecord): 'answered' | 'failed' => (status < 400 ? 'answered' : 'failed');
