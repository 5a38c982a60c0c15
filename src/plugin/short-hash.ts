import { createHash } from 'node:crypto';

const LETTERS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const BASE = BigInt(LETTERS.length);

/** Returns the first `length` letters and digits, at most 42, that stand for the SHA-256 of `text`. */
export const shortHash = (text: string, length: number): string => {
  let rest = BigInt(`0x${createHash('sha256').update(text).digest('hex')}`);
  let hash = '';
  while (hash.length < length) {
    hash += LETTERS[Number(rest % BASE)];
    rest /= BASE;
  }
  return hash;
};
