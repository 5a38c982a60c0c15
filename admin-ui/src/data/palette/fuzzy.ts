/** How well a text fits a query. */
export interface Match {
  /** Higher is better. */
  readonly score: number;
  /** The places of the matched letters in the text, ascending. */
  readonly places: readonly number[];
}

/** Marks between the parts of a name, such as `groq/llama-3.3`. */
const BORDER = /[\s/\-_.:·#@]/;

const AT_BEGINNING = 8;
const AT_WORD = 6;
const IN_A_ROW = 4;
const LETTER = 1;
/** A letter that was passed over counts against the text, up to this many. */
const MOST_GAP = 5;

/**
 * Matches each word of `query` against `text` as letters in this order, not necessarily adjacent, in any case. Whole words
 * and beginnings of words score more than scattered letters.
 * @returns undefined if a word does not fit. An empty query fits every text with score 0
 */
export const fuzzyMatch = (query: string, text: string): Match | undefined => {
  const lower = text.toLowerCase();
  const places = new Set<number>();
  let score = 0;
  for (const word of query.toLowerCase().split(/\s+/)) {
    if (word === '') continue;
    const found = matchWord(word, lower);
    if (found === undefined) return undefined;
    score += found.score;
    for (const place of found.places) places.add(place);
  }
  return { score, places: [...places].sort((one, other) => one - other) };
};

/** The best match over all places where the word may begin. */
const matchWord = (word: string, text: string): Match | undefined => {
  let best: Match | undefined;
  for (let start = text.indexOf(word.charAt(0)); start !== -1; start = text.indexOf(word.charAt(0), start + 1)) {
    const match = matchFrom(word, text, start);
    if (match === undefined) break;
    if (best === undefined || match.score > best.score) best = match;
  }
  return best;
};

const matchFrom = (word: string, text: string, start: number): Match | undefined => {
  const places: number[] = [];
  let score = 0;
  let from = start;
  for (const letter of word) {
    const place = nextPlace(letter, text, from, places.at(-1));
    if (place === -1) return undefined;
    const before = places.at(-1);
    score += LETTER + bonus(text, place, before);
    if (before !== undefined) score -= Math.min(MOST_GAP, place - before - 1);
    places.push(place);
    from = place + 1;
  }
  return { score, places };
};

/** The next letter in a row, else the next beginning of a word with it, else the next one. */
const nextPlace = (letter: string, text: string, from: number, before: number | undefined): number => {
  const next = text.indexOf(letter, from);
  if (next === -1 || before === undefined || next === before + 1) return next;
  for (let place = next; place !== -1; place = text.indexOf(letter, place + 1))
    if (isWordStart(text, place)) return place;
  return next;
};

const isWordStart = (text: string, place: number): boolean => place === 0 || BORDER.test(text.charAt(place - 1));

const bonus = (text: string, place: number, before: number | undefined): number => {
  if (before !== undefined && place === before + 1) return IN_A_ROW;
  if (place === 0) return AT_BEGINNING;
  return isWordStart(text, place) ? AT_WORD : 0;
};
