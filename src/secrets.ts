import { createHash } from 'node:crypto';

/** The shape of the keys of known providers, also if a provider returns them partly masked with stars. */
const KEY_SHAPE = /\b(?:sk|gsk|csk|nvapi|hf|xai|AIza)[-_][A-Za-z0-9*_-]{6,}|\bAIza[A-Za-z0-9*_-]{10,}/g;
const MASK = '***';
/** Shorter secrets are not masked: they would match ordinary words. */
const SHORTEST_SECRET = 6;

/** Masking a short secret first would leave the rest of a longer one that contains it. */
const longestFirst = (one: string, other: string): number => other.length - one.length;

/** Replaces each of `secrets`, and everything that looks like a provider's key, by stars. */
export const maskSecrets = (text: string, secrets: readonly string[]): string => {
  let masked = text;
  for (const secret of [...secrets].sort(longestFirst))
    if (secret.length >= SHORTEST_SECRET) masked = masked.replaceAll(secret, MASK);
  return masked.replace(KEY_SHAPE, MASK);
};

/** The forms in which `secrets` can occur in a text: plain, in a URL and in JSON. */
export const formsOf = (secrets: readonly string[]): string[] => [
  ...new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])),
];

/** All keys in use, to mask them in logs, errors and stored requests. */
export class Secrets {
  readonly #known = new Set<string>();
  #pattern: RegExp | undefined;

  /** Adds secrets. They are never removed: requests may still run with an older configuration. */
  add(secrets: readonly string[]): void {
    const long = secrets.filter(({ length }) => length >= SHORTEST_SECRET);
    for (const form of formsOf(long)) this.#known.add(form);
    const all = [...this.#known].sort(longestFirst);
    this.#pattern = all.length === 0 ? undefined : new RegExp(all.map(escapeRegExp).join('|'), 'g');
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

const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** The digest of a secret. Comparing digests of equal length reveals nothing about the secrets. */
export const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
