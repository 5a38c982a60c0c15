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
  return maskUserinfo(masked.replace(KEY_SHAPE, MASK));
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
    return maskUserinfo(masked.replace(KEY_SHAPE, MASK));
  }
}

const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** The digest of a secret. Comparing digests of equal length reveals nothing about the secrets. */
export const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** User name and password in a URL, decoded. */
export interface UrlCredentials {
  readonly user: string;
  readonly password: string;
}

/** The user name and password in `url`; `undefined` without them, or if it is not a URL. */
export const credentialsIn = (url: string): UrlCredentials | undefined => {
  if (!URL.canParse(url)) return undefined;
  const { username, password } = new URL(url);
  return username === '' && password === '' ? undefined : { user: decoded(username), password: decoded(password) };
};

/** `url` without user name and password. */
export const withoutCredentials = (url: string): string => {
  if (credentialsIn(url) === undefined) return url;
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  return plain.href;
};

/** The value of an `Authorization` or `Proxy-Authorization` header. */
export const basicAuthorization = ({ user, password }: UrlCredentials): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/** Every text that reveals the credentials in `url`. */
export const secretsInUrl = (url: string): string[] => {
  const credentials = credentialsIn(url);
  if (credentials === undefined) return [];
  const { user, password } = credentials;
  return [password === '' ? user : password, basicAuthorization(credentials).replace('Basic ', '')];
};

/** Before the last `@` in front of a path, in every URL of a text. */
const IN_TEXT = /(?<=:\/\/)[^\s/?#'"`]+(?=@)/g;

/** Whether the user name and password in a URL are variables such as `${NAME}` alone. */
const isOnlyVariables = (userinfo: string): boolean => userinfo.replace(/\$\{\w+\}|:/g, '') === '';

/** User names and passwords in the URLs of a text, as they are written; not those that are variables. */
export const userinfosIn = (text: string): string[] =>
  [...text.matchAll(IN_TEXT)].map(([userinfo]) => userinfo).filter((userinfo) => !isOnlyVariables(userinfo));

/** `text` with user names and passwords in its URLs replaced by `***`. Variables stay. */
export const maskUserinfo = (text: string): string =>
  text.replace(IN_TEXT, (userinfo) => (isOnlyVariables(userinfo) ? userinfo : '***'));

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
