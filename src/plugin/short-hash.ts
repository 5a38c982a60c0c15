import { createHash } from 'node:crypto';

const LETTERS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const BASE = BigInt(LETTERS.length);

/**
 * Returns letters and digits of the SHA-256 of `text`. Every text has its own, in practice.
 * @param length at most 42
 * @param skip letters of the hash that are left out before; `skip + length` is at most 42
 */
export const shortHash = (text: string, length: number, skip = 0): string => {
  let rest = BigInt(`0x${createHash('sha256').update(text).digest('hex')}`);
  let hash = '';
  while (hash.length < skip + length) {
    hash += LETTERS[Number(rest % BASE)];
    rest /= BASE;
  }
  return hash.slice(skip);
};
