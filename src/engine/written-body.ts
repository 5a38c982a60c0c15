import { isAscii, isUtf8 } from 'node:buffer';

/** Where a value stands: the place of its first byte, and the one after its last. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * The JSON object of a request as the caller wrote it, which every target gets with its own model. Every other byte stays: a
 * prompt cache compares bytes.
 */
export class WrittenBody {
  #bytes: Buffer | undefined;
  /** Behind the brace that opens the object. */
  readonly #start: number;
  readonly #isEmpty: boolean;
  /** The values of `model`. JSON.parse takes the last of several; which one a provider takes is not known. */
  readonly #models: readonly Span[];

  /**
   * @param text an object, known to be valid JSON
   * @param bytes the same as it came
   * @param isOneByte all of it is ASCII
   */
  constructor(text: string, bytes: Buffer = Buffer.from(text), isOneByte = isAscii(bytes)) {
    this.#bytes = isOneByte || isUtf8(bytes) ? bytes : Buffer.from(text);
    this.#start = text.indexOf('{') + 1;
    this.#isEmpty = text[startOfNext(text, this.#start)] === '}';
    const models = modelsIn(text, this.#start);
    this.#models = isOneByte ? models : inBytes(text, models);
  }

  /** Lets go of the bytes, once no target needs them. */
  release(): void {
    this.#bytes = undefined;
  }

  /** `release` has not been called. */
  get isHeld(): boolean {
    return this.#bytes !== undefined;
  }

  /**
   * Returns the bytes with `model` as the model.
   * @param field one field more, such as `"seed":1`, which the object must not have yet
   * @throws Error after `release`
   */
  withModel(model: string, field = ''): Buffer {
    const bytes = this.#bytes;
    if (bytes === undefined) throw new Error('The bytes of the request are no longer held.');
    const value = PLAIN.test(model) ? `"${model}"` : JSON.stringify(model);
    const added = this.#models.length === 0 ? joined(field, `"model":${value}`) : field;
    const first = added === '' || this.#isEmpty ? added : `${added},`;
    const most = bytes.length + Buffer.byteLength(first) + this.#models.length * Buffer.byteLength(value);
    const out = Buffer.allocUnsafe(most);
    let length = bytes.copy(out, 0, 0, this.#start);
    if (first !== '') length += out.write(first, length);
    let copied = this.#start;
    for (const { from, to } of this.#models) {
      length += bytes.copy(out, length, copied, from);
      length += out.write(value, length);
      copied = to;
    }
    length += bytes.copy(out, length, copied);
    return out.subarray(0, length);
  }
}

/** Nearly all names of models. JSON writes them as they are. */
const PLAIN = /^[\w./:@-]+$/;

const joined = (one: string, other: string): string => (one === '' ? other : `${one},${other}`);

/** Returns the same places, counted in the bytes of UTF-8. */
const inBytes = (text: string, spans: readonly Span[]): readonly Span[] => {
  let [at, bytes] = [0, 0];
  const placeOf = (index: number): number => {
    bytes += Buffer.byteLength(text.slice(at, index));
    at = index;
    return bytes;
  };
  return spans.map(({ from, to }) => ({ from: placeOf(from), to: placeOf(to) }));
};

/** Returns where the values of `model` stand, from the first to the last. */
const modelsIn = (json: string, start: number): readonly Span[] => {
  const models: Span[] = [];
  let at = start;
  for (;;) {
    at = startOfNext(json, at);
    if (json.charCodeAt(at) !== QUOTE) return models;
    const endOfKey = endOfString(json, at);
    const from = startOfNext(json, endOfKey);
    const to = endOfValue(json, from);
    if (isModel(json, at, endOfKey)) {
      models.push({ from, to });
      if (!mayHaveModel(json, to)) return models;
    }
    at = to;
  }
};

const MODEL = '"model"';

const isModel = (json: string, start: number, end: number): boolean =>
  end - start === MODEL.length ? json.startsWith(MODEL, start) : JSON.parse(json.slice(start, end)) === 'model';

/** Whether the key may follow. It may be written with codes in place of letters. */
const mayHaveModel = (json: string, from: number): boolean =>
  json.includes(MODEL, from) || json.includes('\\u00', from);

const QUOTE = '"'.charCodeAt(0);
const BACKSLASH = '\\'.charCodeAt(0);
const OPENING: ReadonlySet<number> = new Set(['{'.charCodeAt(0), '['.charCodeAt(0)]);
const GAPS: ReadonlySet<number> = new Set(Array.from(' \t\r\n:,', (character) => character.charCodeAt(0)));
const END_OF_SCALAR = /[\s,}]/g;
const SIGNIFICANT = /["[\]{}]/g;

/** Skips white space, a colon, a comma. */
const startOfNext = (json: string, from: number): number => {
  let at = from;
  while (GAPS.has(json.charCodeAt(at))) at++;
  return at;
};

/** Returns where the string ends that starts at `from`. */
const endOfString = (json: string, from: number): number => {
  let at = from;
  do at = json.indexOf('"', at + 1);
  while (isEscaped(json, at));
  return at + 1;
};

const isEscaped = (json: string, at: number): boolean => {
  let before = at;
  while (json.charCodeAt(before - 1) === BACKSLASH) before--;
  return (at - before) % 2 === 1;
};

/** Returns where the value ends that starts at `from`. Not recursive: it may be nested deeper than the stack allows. */
const endOfValue = (json: string, from: number): number => {
  const first = json.charCodeAt(from);
  if (first === QUOTE) return endOfString(json, from);
  if (!OPENING.has(first)) return indexOf(END_OF_SCALAR, json, from);
  let depth = 0;
  let at = from;
  do {
    at = indexOf(SIGNIFICANT, json, at);
    const sign = json.charCodeAt(at);
    if (sign === QUOTE) {
      at = endOfString(json, at);
      continue;
    }
    depth += OPENING.has(sign) ? 1 : -1;
    at++;
  } while (depth > 0);
  return at;
};

const indexOf = (pattern: RegExp, text: string, from: number): number => {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
};
