import { parseHeaders } from './undici.js';

type Headers = Record<string, string | string[]>;

/** The name of one header. */
interface KnownName {
  /** As it came. */
  readonly bytes: Buffer;
  /** In lower case. */
  readonly name: string;
}

/** The names of all headers of a response, in order; none occurs twice. */
type Names = readonly KnownName[];

/** The names of earlier responses: a provider sends the same ones each time, and comparing costs less than reading. */
const KNOWN = new Map<number, Names>();
const MOST_KNOWN = 1_000;

/** The types of Node lack it. `toString` looks up the encoding each time. */
type LatinBuffer = Buffer & { latin1Slice(): string };

/**
 * Returns the headers of a response, names in lower case. A header that came more than once has a list.
 * @param raw name, value, name, value …
 */
export const headersOf = (raw: readonly Buffer[]): Headers => {
  const names = namesOf(raw);
  // Twice, or named like a property of every object.
  if (names === undefined) return parseHeaders(raw as Buffer[]) as Headers;
  const headers: Headers = {};
  for (let index = 0; index < names.length; index++)
    headers[(names[index] as KnownName).name] = (raw[2 * index + 1] as LatinBuffer).latin1Slice();
  return headers;
};

const namesOf = (raw: readonly Buffer[]): Names | undefined => {
  const key = keyOf(raw);
  const known = KNOWN.get(key);
  if (known !== undefined && areSame(known, raw)) return known;
  const names: KnownName[] = [];
  const seen: Record<string, true> = {};
  for (let at = 0; at < raw.length; at += 2) {
    // A copy: the bytes are part of a chunk.
    const bytes = Buffer.from(raw[at] as Buffer);
    const name = bytes.toString('latin1').toLowerCase();
    if (seen[name] !== undefined) return undefined;
    seen[name] = true;
    names.push({ bytes, name });
  }
  if (known !== undefined || KNOWN.size < MOST_KNOWN) KNOWN.set(key, names);
  return names;
};

/** Differs for most lists of names. */
const keyOf = (raw: readonly Buffer[]): number => {
  let key = raw.length;
  for (let at = 0; at < raw.length; at += 2) key = (Math.imul(key, 31) + (raw[at] as Buffer).length) | 0;
  return key;
};

const areSame = (names: Names, raw: readonly Buffer[]): boolean => {
  if (2 * names.length !== raw.length) return false;
  for (let index = 0; index < names.length; index++) {
    if (!areEqual((names[index] as KnownName).bytes, raw[2 * index] as Buffer)) return false;
  }
  return true;
};

const areEqual = (one: Buffer, other: Buffer): boolean => {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
};
