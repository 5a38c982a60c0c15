import { isAscii } from 'node:buffer';
import { getHeapStatistics } from 'node:v8';
import { ChainError } from '../plugin/door/errors.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
/** The beginning of a character that is written by its number. */
const ESCAPED = Buffer.from('\\u');

/** What a parsed value takes beside its text, in bytes, as measured in bodies that consist of nothing else. */
const OBJECT_BYTES = 64;
const PROPERTY_BYTES = 32;
const ELEMENT_BYTES = 16;
const STRING_BYTES = 16;

/** Of ASCII text, the heap holds this many copies: parsed, and as it is sent on. */
const COPIES = 2;
/** The values of one body may take a third of the heap, in bytes. */
const LARGEST_VALUE_BYTES = getHeapStatistics().heap_size_limit / 3;

/** What a look at the bytes of a JSON body shows before it is parsed. */
export interface BodyScan {
  /** What the body counts for, in bytes. */
  readonly weight: number;
  /** How many objects and lists are open at its deepest place. */
  readonly depth: number;
  readonly isAscii: boolean;
}

/**
 * Looks at a JSON body before it is parsed. It counts for its length, twice for text with characters beyond ASCII, and more for
 * many small values, which take far more memory than they have characters.
 * @throws ChainError `body_too_large` for so many values that they could end the process
 */
export const scanBody = (bytes: Buffer): BodyScan => {
  let valueBytes = 0;
  let open = 0;
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case QUOTE:
        valueBytes += STRING_BYTES;
        at = endOfString(bytes, at + 1);
        break;
      case COMMA:
        valueBytes += ELEMENT_BYTES;
        break;
      case COLON:
        valueBytes += PROPERTY_BYTES;
        break;
      case BRACKET:
      case BRACE:
        valueBytes += OBJECT_BYTES;
        if (++open > depth) depth = open;
        break;
      case CLOSING_BRACKET:
      case CLOSING_BRACE:
        open--;
    }
  }
  if (valueBytes > LARGEST_VALUE_BYTES) {
    throw new ChainError(
      'body_too_large',
      'The request body consists of more objects, lists and values than fit into the memory of 429chain. Send fewer.',
    );
  }
  const ascii = isAscii(bytes);
  // JavaScript keeps text with one wide character in two bytes for each of its characters.
  const width = ascii && !bytes.includes(ESCAPED) ? 1 : 2;
  return { weight: Math.max(bytes.length * width, Math.ceil(valueBytes / COPIES)), depth, isAscii: ascii };
};

/** Strings that are longer than this are searched for their end: it takes less time then. */
const SHORT_STRING = 64;

/** Returns where the quotation mark stands that closes a string. */
const endOfString = (bytes: Buffer, start: number): number => {
  let at = start;
  while (at < bytes.length) {
    for (const near = at + SHORT_STRING; at < near; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) return at;
      if (byte === BACKSLASH) at++;
    }
    at = bytes.indexOf(QUOTE, at);
    if (at === -1) break;
    if (!isEscaped(bytes, at)) return at;
    at++;
  }
  return bytes.length;
};

const isEscaped = (bytes: Buffer, at: number): boolean => {
  let before = at;
  while (bytes[before - 1] === BACKSLASH) before--;
  return (at - before) % 2 === 1;
};
