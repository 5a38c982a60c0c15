import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const secret = randomBytes(32);
const hash = (text: string): Buffer => createHmac('sha256', secret).update(text).digest();

/** Checks client keys. A header that passed once is remembered. */
export class Keys {
  readonly #hashes: readonly Buffer[];
  readonly #passed = new Set<string>();

  constructor(keys: readonly string[]) {
    this.#hashes = keys.map(hash);
  }

  allows(authorization = ''): boolean {
    if (this.#passed.has(authorization)) return true;
    if (!authorization.startsWith('Bearer ')) return false;
    const given = hash(authorization.slice('Bearer '.length));
    if (!this.#hashes.some((known) => timingSafeEqual(known, given))) return false;
    this.#passed.add(authorization);
    return true;
  }
}
