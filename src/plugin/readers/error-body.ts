/** What an error body says, independent of its envelope. */
export interface ErrorFacts {
  /** The provider's message, up to 8 KiB; empty without one. It may quote the prompt or parts of keys. */
  readonly message: string;
  /** Every name of the error for programs: `code`, `type`, `status`, `limit_source`, `error_type`, `quotaId` and the like. */
  readonly codes: readonly string[];
  /** The HTTP status that the body states. */
  readonly status?: number | undefined;
  /** The invalid field of the request, from OpenAI's `param`. */
  readonly param?: string | undefined;
  /** The objects of the body, from the outermost to the innermost, then `metadata` and `innererror`. */
  readonly layers: readonly Fields[];
  /** The items of `detail` (FastAPI) and `details` (Google). */
  readonly details: readonly Fields[];
  /** The body is not JSON: a page or a line of text, usually by a gateway in front of the API. */
  readonly plainText: boolean;
}

export type Fields = Readonly<Record<string, unknown>>;

const LONGEST_MESSAGE = 8 * 1024;
const DEEPEST = 6;
const MOST_DETAILS = 100;

const NAMES = [
  'code',
  'type',
  'status',
  'error_type',
  'reason',
  'limit_source',
  'provider_error_code',
  'quotaId',
] as const;
const WORDS = ['message', 'detail', 'title', 'msg'] as const;
const STATUSES = ['status_code', 'code', 'status', 'raw_status_code'] as const;

/**
 * Reads an error body in any envelope: an object, a one-element array (Gemini), JSON in JSON (old Mistral), `error` as
 * a string (Ollama, vLLM), `message` as an object (Mistral), `errors[]` (Cloudflare), `detail` (FastAPI, NVIDIA), text.
 */
export const readErrorBody = (body: unknown): ErrorFacts => {
  const { objects, text } = unwrap(body);
  const details = objects.flatMap(({ detail, details: more }) => [...itemsOf(detail), ...itemsOf(more)]);
  const layers = [
    ...objects,
    ...objects.flatMap(({ metadata, innererror }) => [metadata, innererror].filter(isFields)),
  ];
  const named = [...layers, ...details, ...details.flatMap(({ violations }) => itemsOf(violations))];
  return {
    message: (text ?? (wordsOf(objects.slice(-1)) || wordsOfItems(details) || wordsOf(objects))).slice(
      0,
      LONGEST_MESSAGE,
    ),
    codes: named.flatMap(codesOf),
    status: first(objects.toReversed(), statusOf),
    param: first(objects.toReversed(), ({ param }) => (typeof param === 'string' ? param : undefined)),
    layers,
    details,
    plainText: objects.length === 0,
  };
};

/** Whether a value is an object and not an array. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The first value under `key` in the layers of an error, from the innermost outwards. */
export const errorField = ({ layers }: Pick<ErrorFacts, 'layers'>, key: string): unknown =>
  first(layers.toReversed(), (layer) => layer[key] ?? undefined);

/** Follows the envelope inwards. Returns the objects on the way, and the text if it ends with one. */
const unwrap = (body: unknown): { objects: Fields[]; text?: string } => {
  const objects: Fields[] = [];
  let value = body;
  for (let depth = 0; depth < DEEPEST; depth++) {
    if (typeof value === 'string') {
      const parsed = parseJson(value);
      if (parsed === undefined) return { objects, text: value.trim() };
      value = parsed;
    }
    if (Array.isArray(value)) value = value[0];
    if (!isFields(value)) break;
    objects.push(value);
    value = innerOf(value);
    if (value === undefined) break;
  }
  return { objects };
};

const innerOf = ({ error, errors, message }: Fields): unknown => {
  if (isFields(error) || Array.isArray(error) || (typeof error === 'string' && error !== '')) return error;
  if (Array.isArray(errors) && isFields(errors[0])) return errors[0];
  return isFields(message) || (typeof message === 'string' && parseJson(message) !== undefined) ? message : undefined;
};

/** Parses objects and arrays only: a number or a quoted word is text. */
const parseJson = (text: string): unknown => {
  if (!/^\s{0,16}[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const wordsOf = (objects: readonly Fields[]): string =>
  first(objects.toReversed(), (object) =>
    first(WORDS, (key) => {
      const words = object[key];
      return typeof words === 'string' && words !== '' ? words : undefined;
    }),
  ) ?? '';

const wordsOfItems = (details: readonly Fields[]): string =>
  details.flatMap(({ msg }) => (typeof msg === 'string' ? [msg] : [])).join('; ');

const codesOf = (object: Fields): string[] =>
  NAMES.flatMap((key) => {
    const name = object[key];
    return typeof name === 'string' || typeof name === 'number' ? [String(name).slice(0, 200)] : [];
  });

const statusOf = (object: Fields): number | undefined =>
  first(STATUSES, (key) => {
    const status = Number(object[key] ?? Number.NaN);
    return Number.isInteger(status) && status >= 400 && status < 600 ? status : undefined;
  });

const itemsOf = (value: unknown): Fields[] =>
  Array.isArray(value) ? value.slice(0, MOST_DETAILS).filter(isFields) : [];

const first = <T, R>(values: readonly T[], read: (value: T) => R | undefined): R | undefined => {
  for (const value of values) {
    const found = read(value);
    if (found !== undefined) return found;
  }
  return undefined;
};
