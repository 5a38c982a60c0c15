import type { RequestRecord } from '429chain/plugin';
import { SkippedStarts } from './skipped-starts.js';

/** The place of a record's content in the file beside its segment: first byte and length. */
export type ContentPlace = readonly [at: number, bytes: number];

/** A record in a segment. `_id` is its place, 1 for the first, in six digits so that ids sort. */
export type Stored = RequestRecord & { readonly _id: string; readonly contentAt?: ContentPlace };

/** Most records have these values. Lines leave them out, and a model that the target names: they are a third shorter. */
const USUAL = {
  tokensEstimated: false,
  waitedMs: 0,
  stream: false,
  path: '/chat/completions',
  resumed: 0,
} as const;

const SKIPPED = new SkippedStarts();

/**
 * A record as NeDB writes it: one line of JSON, with an `_id`, without its line break. NeDB's own types, such as dates, do
 * not occur in records, and none of their fields begins with `$`.
 */
export const lineOf = (record: RequestRecord, place: number): string => {
  const { attempts } = record;
  const skipped = SKIPPED.startOf(attempts);
  if (skipped === undefined) return textOf(record, attempts, place);
  const rest = attempts.slice(skipped.attempts.length).map((each) => `,${JSON.stringify(each)}`);
  return `${textOf(record, undefined, place).slice(0, -1)},"attempts":[${skipped.json}${rest.join('')}]}`;
};

const textOf = (record: RequestRecord, attempts: RequestRecord['attempts'] | undefined, place: number): string =>
  // Each field by its name: a spread would take half as long as the rest.
  JSON.stringify({
    id: record.id,
    at: record.at,
    chain: record.chain,
    target: record.target,
    provider: record.provider,
    model: unusual(record.model, modelIn(record.target)),
    promptTokens: record.promptTokens,
    completionTokens: record.completionTokens,
    cachedTokens: record.cachedTokens,
    tokensEstimated: unusual(record.tokensEstimated, USUAL.tokensEstimated),
    latencyMs: record.latencyMs,
    firstTokenMs: record.firstTokenMs,
    waitedMs: unusual(record.waitedMs, USUAL.waitedMs),
    status: record.status,
    refusal: record.refusal,
    stream: unusual(record.stream, USUAL.stream),
    path: unusual(record.path, USUAL.path),
    keyLabel: record.keyLabel,
    resumed: unusual(record.resumed, USUAL.resumed),
    attempts,
    omittedAttempts: record.omittedAttempts,
    _id: idOf(place),
  } satisfies Record<Exclude<keyof Stored, 'content' | 'contentAt'>, unknown>);

/** `line` with the place of its record's content. */
export const lineWithContent = (line: string, [at, bytes]: ContentPlace): string =>
  `${line.slice(0, -1)},"contentAt":[${at},${bytes}]}`;

/** NeDB and Node end a line at these characters too. */
const LINE_ENDS = /[\x85\u2028\u2029]/g;

/** `text` with these characters escaped. Inside of JSON, that is the same. */
export const withoutLineEnds = (text: string): string => text.replace(LINE_ENDS, escaped);

/** The bytes of lines in a file. */
export const bytesOf = (lines: readonly string[]): Buffer => {
  const text = `${lines.join('\n')}\n`;
  const bytes = Buffer.from(text);
  // Nearly all lines are plain ASCII, where a byte is a character.
  return bytes.length === text.length ? bytes : Buffer.from(withoutLineEnds(text));
};

/** The record of a line; `undefined` if the line is damaged. */
export const readLine = (line: string): Stored | undefined => {
  try {
    const value = JSON.parse(line) as Stored;
    if (typeof value._id !== 'string' || !Array.isArray(value.attempts)) return undefined;
    const { tokensEstimated, ...usual } = USUAL;
    const { target, promptTokens } = value;
    return {
      ...usual,
      ...(target !== undefined && { model: modelIn(target) }),
      ...(promptTokens !== undefined && { tokensEstimated }),
      ...value,
    };
  } catch {
    return undefined;
  }
};

export const recordIn = ({ _id, contentAt, ...record }: Stored): RequestRecord => record;

const idOf = (place: number): string => String(place).padStart(6, '0');

/** The model of `provider/model`. */
const modelIn = (target: string | undefined): string | undefined => target?.slice(target.indexOf('/') + 1);

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

const unusual = <T>(value: T, usual: T): T | undefined => (value === usual ? undefined : value);
