import { createHash } from 'node:crypto';

/** What keys of known providers look like, also where a provider echoes one with stars in it. */
const KEY_SHAPE = /\b(?:sk|gsk|csk|nvapi|hf|xai|AIza)[-_][A-Za-z0-9*_-]{6,}|\bAIza[A-Za-z0-9*_-]{10,}/g;
const MASK = '***';
/** Shorter ones would mask ordinary words. */
const SHORTEST_SECRET = 6;

/** `text` with every one of `secrets`, and whatever looks like a provider's key, replaced by stars. */
export const maskSecrets = (text: string, secrets: readonly string[]): string => {
  let masked = text;
  for (const secret of secrets) if (secret.length >= SHORTEST_SECRET) masked = masked.replaceAll(secret, MASK);
  return masked.replace(KEY_SHAPE, MASK);
};

/** What two secrets are compared by: digests are equally long, and tell nothing of what they were made from. */
export const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
