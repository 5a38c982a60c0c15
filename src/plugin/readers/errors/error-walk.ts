import { type Fields, isFields } from '../../fields.js';
import {
  isCode,
  isEnvelope,
  isErrorJson,
  isSkipped,
  mayHoldAnswer,
  mayHoldJson,
  mayListFields,
  plainName,
  rankOfWords,
} from './error-names.js';
import { decoded } from './text-body.js';

/** An object of an error body. */
export interface ErrorPart {
  readonly object: Fields;
  /** The outermost object is at 0. */
  readonly depth: number;
  /** The object is the error itself; else it says something about the error, as `metadata` does. */
  readonly envelope: boolean;
  /** The object is an item of `detail` or `details`, or inside one. */
  readonly detail: 'item' | 'inside' | undefined;
}

/** Words for people, and where they are. */
export interface ErrorWords {
  readonly text: string;
  readonly depth: number;
  readonly envelope: boolean;
  /** 0 for a `message` to 3 for a `title`. */
  readonly rank: number;
}

export interface ErrorContents {
  readonly parts: readonly ErrorPart[];
  readonly words: readonly ErrorWords[];
}

/** Bounds for hostile bodies. A real error has far fewer of each. */
const DEEPEST = 12;
const MOST_PARTS = 1_000;
const MOST_KEYS = 20_000;
const MOST_ITEMS = 100;
const MOST_WORDS = 100;
const MOST_PARSED = 50;
const LONGEST_JSON = 256 * 1024;
const LONGEST_PREFIX = 200;

/** Finds every object and every sentence of an error body, from the outermost inwards. Skips what may quote the prompt. */
export const walkError = (body: unknown): ErrorContents => new Walk(body).contents();

class Walk {
  readonly #parts: ErrorPart[] = [];
  readonly #words: ErrorWords[] = [];
  #keys = 0;
  #parsed = 0;

  constructor(body: unknown) {
    this.#take('error', body, { depth: 0, envelope: true, detail: undefined });
  }

  contents(): ErrorContents {
    // The list grows while it is read.
    for (let next = 0; next < this.#parts.length; next++) this.#read(this.#parts[next] as ErrorPart);
    return { parts: this.#parts, words: this.#words };
  }

  #read(part: ErrorPart): void {
    for (const key in part.object) {
      if (this.#keys > MOST_KEYS) return;
      const name = plainName(key);
      if (name !== '' && !isSkipped(name)) this.#take(name, part.object[key], inside(part));
    }
  }

  /** Takes a value under `name`. `place` is the place of words there. */
  #take(name: string, value: unknown, place: Place): void {
    if (place.depth > DEEPEST || ++this.#keys > MOST_KEYS) return;
    if (typeof value === 'string') this.#takeText(name, value, place);
    else if (Array.isArray(value)) {
      const inner = { ...place, depth: place.depth + 1 };
      for (const item of value.slice(0, MOST_ITEMS)) this.#take(name, item, Array.isArray(item) ? inner : place);
    } else if (isFields(value) && typeof value.role !== 'string' && this.#parts.length < MOST_PARTS) {
      // An object with a role is a turn of the conversation.
      const { depth, envelope, detail = itemOf(name) } = place;
      this.#parts.push({ object: value, depth, envelope: envelope && isEnvelope(name), detail });
      if (mayListFields(name)) this.#takeFields(value, place, name);
    }
  }

  #takeText(name: string, text: string, place: Place): void {
    const json = mayHoldJson(name) ? jsonIn(text, mayHoldAnswer(name)) : undefined;
    if (json !== undefined) {
      if (this.#parsed++ < MOST_PARSED) this.#take(name, json, place);
      return;
    }
    const rank = rankOfWords(name);
    if (rank !== undefined) this.#say(text, rank, place);
  }

  /** `{"model": ["does not exist"]}` → `model: does not exist`. */
  #takeFields(object: Fields, place: Place, name: string): void {
    const keys = Object.keys(object).slice(0, MOST_ITEMS);
    if (keys.some((key) => (rankOfWords(plainName(key)) ?? 9) < 3 || isCode(plainName(key)))) return;
    for (const key of keys) {
      const value = object[key];
      if (isSkipped(plainName(key)) || isEnvelope(plainName(key))) continue;
      const texts = Array.isArray(value) ? value : name !== 'error' && isSentence(value) ? [value] : [];
      for (const text of texts.slice(0, MOST_ITEMS)) {
        if (typeof text === 'string' && text !== '') this.#say(`${key.slice(0, 100)}: ${text}`, 2, place);
      }
    }
  }

  #say(text: string, rank: number, { depth, envelope }: Place): void {
    const words = text.trim();
    if (words !== '' && this.#words.length < MOST_WORDS) this.#words.push({ text: words, depth, envelope, rank });
  }
}

type Place = Pick<ErrorPart, 'depth' | 'envelope' | 'detail'>;

const inside = ({ depth, envelope, detail }: ErrorPart): Place => ({
  depth: depth + 1,
  envelope,
  detail: detail === undefined ? undefined : 'inside',
});

const itemOf = (name: string): 'item' | undefined => (name === 'detail' || name === 'details' ? 'item' : undefined);

const isSentence = (value: unknown): value is string =>
  typeof value === 'string' && /\S\s+\S/.test(value.slice(0, 500));

/**
 * The JSON that a text is, or that it ends with after a few words: `Error 429: {"error": …}`, `data: {"error": …}`.
 * @param strict only JSON that is an error by its names
 */
const jsonIn = (text: string, strict: boolean): unknown => {
  if (text.length > LONGEST_JSON) return undefined;
  if (/^\s{0,16}["[{]/.test(text)) {
    const value = parsed(text);
    if (value !== undefined) return strict && !isError(value) ? undefined : value;
  }
  if (/^\s{0,16}</.test(text)) return jsonInPage(text);
  const start = text.slice(0, LONGEST_PREFIX).indexOf('{"');
  if (start <= 0) return undefined;
  const rest = text.slice(start).trimEnd();
  const value = parsed(rest) ?? parsed(rest.split('\n', 1)[0] as string);
  return isError(value) ? value : undefined;
};

/** `<pre>{"error": …}</pre>` */
const jsonInPage = (page: string): unknown => {
  const text = page.includes('{"') ? page : decoded(page);
  const start = text.indexOf('{"');
  const value = start === -1 ? undefined : parsed(text.slice(start, text.lastIndexOf('}') + 1));
  return isError(value) ? value : undefined;
};

const isError = (value: unknown): boolean =>
  isFields(value) && isErrorJson(Object.keys(value).slice(0, MOST_ITEMS).map(plainName));

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
