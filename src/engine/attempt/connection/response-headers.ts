import { util } from 'undici';

type Headers = Record<string, string | string[]>;

interface KnownName {
  /** As it came. */
  readonly bytes: Buffer;
  /** In lower case. */
  readonly name: string;
}

/** Names of headers that came before, by a hash of their bytes: a look-up costs less than a new string. */
const KNOWN = new Map<number, KnownName>();
const MOST_KNOWN = 1_000;

/**
 * Returns the headers of a response, names in lower case. A header that came more than once has a list.
 * @param raw name, value, name, value …
 */
export const headersOf = (raw: readonly Buffer[]): Headers => {
  const headers: Headers = {};
  for (let at = 0; at < raw.length; at += 2) {
    const name = nameOf(raw[at] as Buffer);
    // Twice, or named like a property of every object.
    if (headers[name] !== undefined) return util.parseHeaders(raw as Buffer[]) as Headers;
    headers[name] = (raw[at + 1] as Buffer).toString('latin1');
  }
  return headers;
};

const nameOf = (bytes: Buffer): string => {
  const hash = hashOf(bytes);
  const known = KNOWN.get(hash);
  if (known !== undefined && areEqual(known.bytes, bytes)) return known.name;
  const name = bytes.toString('latin1').toLowerCase();
  // A copy: the bytes are part of a chunk.
  if (known === undefined && KNOWN.size < MOST_KNOWN) KNOWN.set(hash, { bytes: Buffer.from(bytes), name });
  return name;
};

const hashOf = (bytes: Buffer): number => {
  let hash = bytes.length;
  for (let at = 0; at < bytes.length; at++) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
  return hash;
};

const areEqual = (one: Buffer, other: Buffer): boolean => {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
};
