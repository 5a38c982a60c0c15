import { isAscii } from 'node:buffer';
import { getHeapStatistics } from 'node:v8';
import { ChainError } from '../plugin/door/errors.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;

/** What a parsed value takes beside its text, in bytes, as measured in bodies that consist of nothing else. */
const OBJECT_BYTES = 64;
const PROPERTY_BYTES = 32;
const ELEMENT_BYTES = 16;
const STRING_BYTES = 16;

/** Of ASCII text, the heap holds this many copies: parsed, and as it is sent on. */
const COPIES = 2;
/** The values of one body may take a third of the heap, in bytes. */
const LARGEST_VALUE_BYTES = getHeapStatistics().heap_size_limit / 3;

/**
 * Returns what a JSON body counts for, in bytes: its length, twice for text with characters beyond ASCII, and more for many
 * small values, which take far more memory than they have characters.
 * @throws ChainError `body_too_large` for so many values that they could end the process
 */
export const bodyWeight = (bytes: Buffer): number => {
  // JavaScript keeps text with one wide character in two bytes for each of its characters.
  const width = isAscii(bytes) && !bytes.includes('\\u') ? 1 : 2;
  const valueBytes = bytesOfValues(bytes);
  if (valueBytes > LARGEST_VALUE_BYTES) {
    throw new ChainError(
      'body_too_large',
      'The request body consists of more objects, lists and values than fit into the memory of 429chain. Send fewer.',
    );
  }
  return Math.max(bytes.length * width, Math.ceil(valueBytes / COPIES));
};

/** Returns the memory of the values without their text. */
const bytesOfValues = (bytes: Buffer): number => {
  let total = 0;
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case QUOTE:
        total += STRING_BYTES;
        at = endOfString(bytes, at + 1);
        break;
      case COMMA:
        total += ELEMENT_BYTES;
        break;
      case COLON:
        total += PROPERTY_BYTES;
        break;
      case BRACKET:
      case BRACE:
        total += OBJECT_BYTES;
    }
  }
  return total;
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
