import { entriesOf, type Fields } from '../../fields.js';
import { mostSpecific } from './error-message.js';
import { isCode, PARAM_NAMES, plainName, STATUS_NAMES } from './error-names.js';
import { type ErrorPart, walkError } from './error-walk.js';
import { summaryOfText } from './text-body.js';

/** What an error body says, independent of its envelope. */
export interface ErrorFacts {
  /** The provider's message, up to 8 KiB; empty without one. It may quote the prompt or parts of keys. */
  readonly message: string;
  /**
   * What the body says, for people, never empty unless the body is: the message; for a page, its title; without a message,
   * the codes, else the keys of the body. Never its values, which may contain the prompt.
   */
  readonly summary: string;
  /** Every sentence for people in the body, the message first, each up to 8 KiB. */
  readonly sentences: readonly string[];
  /** Every name of the error for programs: `code`, `type`, `status`, `limit_source`, `error_type`, `quotaId` and the like. */
  readonly codes: readonly string[];
  /** The HTTP status that the body states. */
  readonly status?: number | undefined;
  /** The invalid field of the request, from OpenAI's `param` or FastAPI's `loc`. */
  readonly param?: string | undefined;
  /** The objects of the body, from the outermost to the innermost, then those about the error, such as `metadata`. */
  readonly layers: readonly Fields[];
  /** The items of `detail` (FastAPI) and `details` (Google). */
  readonly details: readonly Fields[];
  /** The body is not JSON: a page or a line of text, usually by a gateway in front of the API. */
  readonly plainText: boolean;
}

const LONGEST_MESSAGE = 8 * 1024;
const LONGEST_CODE = 200;
const MOST_CODES = 100;
const MOST_KEYS = 10;
const LONGEST_KEY = 40;

/**
 * Reads an error body of any structure: finds message, codes and status under their usual names in whatever objects, lists
 * and JSON texts the provider put them. Takes a bounded time. Skips what may contain the prompt or a model's answer.
 */
export const readErrorBody = (body: unknown): ErrorFacts => {
  const { parts, words } = walkError(body);
  const [errors, about] = [true, false].map((is) =>
    parts.filter(({ detail, envelope }) => detail === undefined && envelope === is),
  ) as [ErrorPart[], ErrorPart[]];
  const details = parts.filter(({ detail }) => detail === 'item');
  const inside = parts.filter(({ detail }) => detail === 'inside');
  // The innermost object of the error itself says most; what is said about the error counts only without one.
  const innermost = [...errors.toReversed(), ...about.toReversed(), ...details, ...inside];
  const message = mostSpecific(words).slice(0, LONGEST_MESSAGE);
  const codes = [
    ...new Set([...errors, ...about, ...details, ...inside].flatMap(({ object }) => codesOf(object))),
  ].slice(0, MOST_CODES);
  return {
    message,
    summary: summaryOf(message, codes, parts[0]?.object, body),
    sentences: [...new Set([message, ...words.map(({ text }) => text.slice(0, LONGEST_MESSAGE))])].filter(Boolean),
    codes,
    status: first(innermost, statusOf) ?? (typeof body === 'number' ? statusIn(body) : undefined),
    param: first(innermost, paramOf) ?? first(details, paramOfLocation),
    layers: [...errors, ...inside, ...about].map(({ object }) => object),
    details: details.map(({ object }) => object),
    plainText: parts.length === 0,
  };
};

/** The first value under `key` in the layers of an error, from the innermost outwards. */
export const errorField = ({ layers }: Pick<ErrorFacts, 'layers'>, key: string): unknown =>
  first(layers.toReversed(), (layer) => layer[key] ?? undefined);

const summaryOf = (message: string, codes: readonly string[], outermost: Fields | undefined, body: unknown): string => {
  if (message !== '') return outermost === undefined || message.startsWith('<') ? summaryOfText(message) : message;
  if (codes.length > 0) return codes.slice(0, MOST_KEYS).join(', ');
  if (outermost === undefined) return Array.isArray(body) ? 'an empty JSON list' : '';
  const keys = Object.keys(outermost);
  if (keys.length === 0) return 'an empty JSON object';
  const shown = keys.slice(0, MOST_KEYS).map((key) => key.slice(0, LONGEST_KEY));
  return `JSON with the ${keys.length === 1 ? 'key' : 'keys'} ${shown.join(', ')}${keys.length > MOST_KEYS ? ', …' : ''}`;
};

const codesOf = (object: Fields): string[] =>
  entriesOf(object).flatMap(([key, value]) => {
    const name = plainName(key);
    // MiniMax: a `status_code` that is no HTTP status.
    if (typeof value === 'number') return isCode(name) || (isStatus(name) && value >= 600) ? [String(value)] : [];
    if (typeof value !== 'string' || value === '' || (name === 'reason' && /\s/.test(value))) return [];
    return isCode(name) || (isError(name) && IDENTIFIER.test(value)) ? [value.slice(0, LONGEST_CODE)] : [];
  });

const isError = (name: string): boolean => ['error', 'err', 'exception', 'name'].includes(name);

const isStatus = (name: string): boolean => STATUS_NAMES.some((names) => names.test(name));

/** `invalid_request_error`, `RateLimitError`: a name, and not a word. */
const IDENTIFIER =
  /^[A-Za-z][A-Za-z0-9]{0,60}(?:[_.-][A-Za-z0-9]{1,60}){1,8}$|^[A-Z][A-Za-z0-9]{2,60}(?:Error|Exception)$/;

const statusOf = ({ object }: ErrorPart): number | undefined => {
  const entries = entriesOf(object);
  return first(STATUS_NAMES, (names) =>
    first(entries, ([key, value]) => (names.test(plainName(key)) ? statusIn(value) : undefined)),
  );
};

/** `429`, `"429"` or `"429 Too Many Requests"`. */
const statusIn = (value: unknown): number | undefined => {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).slice(0, 50) : '';
  const status = Number(/^\s{0,3}([45]\d\d)(?:\s|$)/.exec(text)?.[1]);
  return Number.isNaN(status) ? undefined : status;
};

const paramOf = ({ object }: ErrorPart): string | undefined => {
  const found = entriesOf(object).find(
    ([key, value]) => PARAM_NAMES.test(plainName(key)) && typeof value === 'string' && value !== '',
  );
  return found === undefined ? undefined : (found[1] as string).slice(0, LONGEST_CODE);
};

/** FastAPI: `["body", "messages", 1, "name"]` → `messages[1].name`. */
const paramOfLocation = ({ object: { loc } }: ErrorPart): string | undefined => {
  if (!Array.isArray(loc)) return undefined;
  const path = loc.slice(loc[0] === 'body' ? 1 : 0, 10).filter((step) => ['string', 'number'].includes(typeof step));
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return text === '' ? undefined : text.replace(/^\./, '').slice(0, LONGEST_CODE);
};

const first = <T, R>(values: readonly T[], read: (value: T) => R | undefined): R | undefined => {
  for (const value of values) {
    const found = read(value);
    if (found !== undefined) return found;
  }
  return undefined;
};
