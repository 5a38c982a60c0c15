import { createHash } from 'node:crypto';

/** What keys of known providers look like, also where a provider echoes one with stars in it. */
const KEY_SHAPE = /\b(?:sk|gsk|csk|nvapi|hf|xai|AIza)[-_][A-Za-z0-9*_-]{6,}|\bAIza[A-Za-z0-9*_-]{10,}/g;
const MASK = '***';
/** Shorter ones would mask ordinary words. */
const SHORTEST_SECRET = 6;

/** One that is part of another would leave the rest of that, were it masked before. */
const longestFirst = (one: string, other: string): number => other.length - one.length;

/** `text` with every one of `secrets`, and whatever looks like a provider's key, replaced by stars. */
export const maskSecrets = (text: string, secrets: readonly string[]): string => {
  let masked = text;
  for (const secret of [...secrets].sort(longestFirst))
    if (secret.length >= SHORTEST_SECRET) masked = masked.replaceAll(secret, MASK);
  return masked.replace(KEY_SHAPE, MASK);
};

/** How each of `secrets` may stand in a text: as it is, in a URL, in JSON. */
export const formsOf = (secrets: readonly string[]): string[] => [
  ...new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])),
];

/** Every key in use, so that none is written where it is not meant to be, by whatever way it got there. */
export class Secrets {
  readonly #known = new Set<string>();
  #pattern: RegExp | undefined;

  /** They stay known: a request may still run on a configuration that is no longer in force. */
  add(secrets: readonly string[]): void {
    const long = secrets.filter(({ length }) => length >= SHORTEST_SECRET);
    for (const form of formsOf(long)) this.#known.add(form);
    const all = [...this.#known].sort(longestFirst);
    this.#pattern = all.length === 0 ? undefined : new RegExp(all.map(literally).join('|'), 'g');
  }

  /** A masker that knows `secrets` as well as these keys. This one does not learn them. */
  with(secrets: readonly string[]): Secrets {
    const both = new Secrets();
    both.add([...this.#known, ...secrets]);
    return both;
  }

  /** `text` with every key, and whatever looks like one, replaced by stars. */
  mask(text: string): string {
    const masked = this.#pattern === undefined ? text : text.replace(this.#pattern, MASK);
    return masked.replace(KEY_SHAPE, MASK);
  }
}

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** What two secrets are compared by: digests are equally long, and tell nothing of what they were made from. */
export const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
