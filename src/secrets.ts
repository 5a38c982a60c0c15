import { createHash } from 'node:crypto';

/** The shape of the keys of known providers, also if a provider returns them partly masked with stars. */
const KEY_SHAPE = /\b(?:sk|gsk|csk|nvapi|hf|xai|AIza)[-_][A-Za-z0-9*_-]{6,}|\bAIza[A-Za-z0-9*_-]{10,}/g;
const MASK = '***';
/** Shorter secrets are not masked: they would match ordinary words. */
const SHORTEST_SECRET = 6;

/** Masking a short secret first would leave the rest of a longer one that contains it. */
const longestFirst = (one: string, other: string): number => other.length - one.length;

/** Replaces each of `secrets`, and everything that looks like a provider's key, by stars. */
export const maskSecrets = (text: string, secrets: readonly string[]): string =>
  maskSorted(text, [...secrets].filter(isLong).sort(longestFirst));

const isLong = ({ length }: string): boolean => length >= SHORTEST_SECRET;

/** `secrets` are long enough, the longest first. Not one pattern of all of them: its size would be limited. */
const maskSorted = (text: string, secrets: readonly string[]): string => {
  let masked = text;
  for (const secret of secrets) masked = masked.replaceAll(secret, MASK);
  return maskShapes(masked);
};

/** Replaces what looks like a provider's key, or like a user name and a password. */
const maskShapes = (text: string): string => maskUserinfo(text.replace(KEY_SHAPE, MASK));

/** Characters with a meaning in HTML. */
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** How a secret may be written, where a provider or a gateway repeats what it received. */
const FORMS: readonly ((secret: string) => readonly string[])[] = [
  (secret) => [secret],
  // In a URL, in either case of its digits.
  (secret) => {
    // Through bytes: half a surrogate has no code.
    const encoded = encodeURIComponent(Buffer.from(secret).toString());
    return [encoded, encoded.replace(/%../g, (code) => code.toLowerCase())];
  },
  // In JSON.
  (secret) => {
    const escaped = JSON.stringify(secret).slice(1, -1);
    return [escaped, escaped.replaceAll('/', '\\/')];
  },
  // In JSON that is safe inside of HTML, as Go and Gson write it; and with every character escaped, there or in a URL.
  (secret) => {
    const all = secret.replace(/[\s\S]/g, escaped);
    return [secret.replace(/[&<>='/]/g, escaped), secret.replace(/[&<>]/g, escaped), all, all.replaceAll('\\u00', '%')];
  },
  (secret) => [secret.replace(/[&<>"']/g, (character) => ENTITIES[character] as string)],
  (secret) => {
    const hex = Buffer.from(secret).toString('hex');
    return [hex, hex.toUpperCase()];
  },
  (secret) => (['base64', 'base64url'] as const).flatMap((encoding) => base64FormsOf(Buffer.from(secret), encoding)),
];

/** The whole secret, and what of its code is the same wherever it begins in a longer text, such as `Bearer` and the secret. */
const base64FormsOf = (secret: Buffer, encoding: 'base64' | 'base64url'): string[] => [
  secret.toString(encoding),
  ...[0, 1, 2].map((before) => {
    const code = Buffer.concat([Buffer.alloc(before), secret]).toString(encoding);
    return code.slice(Math.ceil((before * 8) / 6), Math.floor(((before + secret.length) * 8) / 6));
  }),
];

/** The forms in which `secrets` can occur in a text. */
export const formsOf = (secrets: readonly string[]): string[] => [
  ...new Set(secrets.flatMap((secret) => FORMS.flatMap((form) => form(secret)))),
];

const SLOTS = 1 << 14;

/** Adds a character to the hash of the characters before it. After six more, nothing of it is left. */
const hashWith = (hash: number, code: number): number => ((hash << 5) ^ code) & 0x3fffffff;

const slotOf = (hash: number): number => (hash ^ (hash >>> 15)) & (SLOTS - 1);

/** Finds out in one pass whether a text contains any of many others, each of at least six characters. */
class Finder {
  /** The texts by the hash of their first six characters. */
  readonly #byStart = new Map<number, string[]>();
  /** 1 at the slot of each of these hashes. Most characters of a text cost one look at it. */
  readonly #starts = new Uint8Array(SLOTS);

  constructor(texts: readonly string[]) {
    for (const text of texts) {
      let hash = 0;
      for (let at = 0; at < SHORTEST_SECRET; at++) hash = hashWith(hash, text.charCodeAt(at));
      this.#starts[slotOf(hash)] = 1;
      this.#byStart.set(hash, [...(this.#byStart.get(hash) ?? []), text]);
    }
  }

  findsAnyIn(text: string): boolean {
    let hash = 0;
    for (let at = 0; at < text.length; at++) {
      hash = hashWith(hash, text.charCodeAt(at));
      if (this.#starts[slotOf(hash)] === 0) continue;
      const start = at - SHORTEST_SECRET + 1;
      if (this.#byStart.get(hash)?.some((each) => text.startsWith(each, start))) return true;
    }
    return false;
  }
}

/** All keys in use, to mask them in logs, errors and stored requests. */
export class Secrets {
  #forms: readonly string[] = [];
  #finder = new Finder([]);

  /** Adds secrets. They are never removed: requests may still run with an older configuration. */
  add(secrets: readonly string[]): void {
    const forms = formsOf(secrets.filter(isLong)).filter(isLong);
    this.#forms = [...new Set([...this.#forms, ...forms])].sort(longestFirst);
    this.#finder = new Finder(this.#forms);
  }

  /** A masker that knows `secrets` as well as these keys. This one does not learn them. */
  with(secrets: readonly string[]): Secrets {
    const both = new Secrets();
    both.#forms = this.#forms;
    both.add(secrets);
    return both;
  }

  /** `text` with every key, and whatever looks like one, replaced by stars. */
  mask(text: string): string {
    return this.#finder.findsAnyIn(text) ? maskSorted(text, this.#forms) : maskShapes(text);
  }
}

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
  text.includes('://') ? text.replace(IN_TEXT, (userinfo) => (isOnlyVariables(userinfo) ? userinfo : '***')) : text;

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
