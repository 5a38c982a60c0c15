import { getHeapStatistics } from 'node:v8';
import { ChainError } from '../../plugin/door/errors.js';
import type { Fields } from '../../plugin/fields.js';

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
/** A property with its name, and the comma behind it. */
const KEY_BYTES = PROPERTY_BYTES + STRING_BYTES + ELEMENT_BYTES;

/** Of ASCII text, the heap holds this many copies: parsed, and as it is sent on. */
const COPIES = 2;
/** The values of one body may take a third of the heap, in bytes. */
const LARGEST_VALUE_BYTES = getHeapStatistics().heap_size_limit / 3;

/** Levels of a body. What is nested deeper could not become JSON again. */
const DEEPEST = 512;

/** @throws ChainError `body_too_large` for a JSON body with so many values that they could end the process */
export const requireFewValues = (bytes: Buffer): void => {
  // No character begins more than an object.
  if (bytes.length * OBJECT_BYTES <= LARGEST_VALUE_BYTES || valueBytesIn(bytes) <= LARGEST_VALUE_BYTES) return;
  throw new ChainError(
    'body_too_large',
    'The request body consists of more objects, lists and values than fit into the memory of 429chain. Send fewer.',
  );
};

/**
 * Returns what a JSON body counts for, in bytes: its length, twice for text with characters beyond ASCII, and more for many
 * small values, which take far more memory than they have characters.
 * @param length its bytes
 * @param ascii all of them are ASCII
 * @param value `text`, parsed
 * @throws ChainError `invalid_request` for a body that is nested too deeply
 */
export const bodyWeight = (length: number, ascii: boolean, text: string, value: unknown): number => {
  // JavaScript keeps text with one wide character in two bytes for each of its characters.
  const width = ascii && !text.includes('\\u') ? 1 : 2;
  return Math.max(length * width, Math.ceil(valueBytesOf(value, DEEPEST) / COPIES));
};

/** Returns the memory of a value without its text. */
export const valueBytesOf = (value: unknown, levels: number): number => {
  if (typeof value === 'string') return STRING_BYTES;
  if (typeof value !== 'object' || value === null) return 0;
  if (levels === 0) throw new ChainError('invalid_request', 'The request body is nested too deeply.');
  let total = 0;
  if (Array.isArray(value)) {
    for (const each of value) total += ELEMENT_BYTES + valueBytesOf(each, levels - 1);
  } else {
    for (const key in value) total += KEY_BYTES + valueBytesOf((value as Fields)[key], levels - 1);
  }
  // There is a comma fewer than there are elements.
  return OBJECT_BYTES + (total === 0 ? 0 : total - ELEMENT_BYTES);
};

/** Returns the memory of the values of a body without their text, before it is parsed. */
export const valueBytesIn = (bytes: Buffer): number => {
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
