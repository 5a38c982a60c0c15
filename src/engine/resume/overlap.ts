/** So many characters, white space aside, must agree before a repetition is believed; or all, where there are fewer. */
const PROOF = 12;

/** Quotes differ between models, and between an answer and its repetition. */
const QUOTES: Readonly<Record<string, string>> = { '“': '"', '”': '"', '„': '"', '‘': "'", '’': "'", '‚': "'" };

/** What a model may put before words that it repeats. */
const DECORATION = new Set(['"', "'", '`', '.', '…', '«']);

const isSpace = (character: string): boolean => /\s/.test(character);

const plain = (character: string): string => QUOTES[character] ?? character;

/** Characters that count when two texts are compared. */
const significant = (text: string): string[] =>
  text
    .split('')
    .filter((character) => !isSpace(character))
    .map(plain);

const hasSignificant = (text: string, most: number): boolean => {
  let count = 0;
  for (const character of text) if (!isSpace(character) && ++count >= most) return true;
  return false;
};

/** Where an answer goes on that was begun by another: characters of it that repeat, or that there is no such place. */
export type Overlap = { readonly cut: number } | 'none';

/**
 * How the target was asked: `anew`, as if nothing had been sent · `told` to go on, beginning with the last words that
 * were sent · `prefilled`, with the text as the beginning of its own answer, from which its provider promises to go on.
 */
export type ResumeMode =
  | { readonly kind: 'restart' }
  | { readonly kind: 'instruct'; readonly lastWords: string }
  | { readonly kind: 'prefill' };

/** Too little was sent to divide it into a beginning and last words that prove something. */
export const isShort = (sent: string): boolean => !hasSignificant(sent, 2 * PROOF);

/** These words are enough to find their end again. */
export const isProof = (words: string): boolean => hasSignificant(words, PROOF);

/**
 * Finds where a second answer goes on from a first one that broke off. The second may begin with the last words, begin
 * again from the start, or simply go on. White space and the form of quotes do not count. Only where the last words
 * stand once in the first answer do they prove anything.
 */
export class OverlapFinder {
  readonly #known: readonly string[];
  readonly #mode: ResumeMode;
  /** White space at the end of what was sent. */
  readonly #had: string;
  /** Where in the sent text the new one may begin; nowhere, where that would prove nothing. */
  readonly #starting: readonly number[];
  /** Those with which all of the new text agrees so far. */
  #alive: readonly number[];
  /** The new text so far, and how much of it is compared. */
  #text = '';
  #read = 0;
  /** Characters that counted. */
  #counted = 0;
  /** What stood before the first of them. */
  #decoration = '';
  /** Where in the new text the repetition of the sent one ended. */
  #end: number | undefined;

  constructor(sent: string, mode: ResumeMode) {
    this.#known = significant(sent);
    this.#mode = mode;
    this.#had = sent.slice(sent.trimEnd().length);
    this.#starting = this.#starts();
    this.#alive = this.#starting;
  }

  /** More of the new text. @returns the joint, as soon as it is certain. */
  take(text: string): Overlap | undefined {
    this.#text += text;
    if (this.#known.length === 0) return this.#cutAt(0, false);
    for (; this.#read < this.#text.length && this.#alive.length > 0; this.#read++) this.#compare(this.#read);
    return this.#alive.length === 0 ? this.#decide(false) : undefined;
  }

  /** No more text comes. */
  end(): Overlap {
    if (this.#known.length === 0) return this.#text === '' ? 'none' : { cut: 0 };
    return this.#decide(true) ?? 'none';
  }

  /** The whole answer again; and the last words, where they are asked for and stand there once. */
  #starts(): number[] {
    if (this.#mode.kind !== 'instruct') return [0];
    const words = significant(this.#mode.lastWords).join('');
    const text = this.#known.join('');
    const at = text.lastIndexOf(words);
    return text.indexOf(words) === at && at + words.length === text.length ? [0, at] : [];
  }

  #compare(at: number): void {
    const raw = this.#text[at] as string;
    if (isSpace(raw)) return;
    const character = plain(raw);
    const agreeing = this.#alive.filter((start) => this.#known[start + this.#counted] === character);
    if (this.#counted === 0 && agreeing.length === 0 && DECORATION.has(character)) {
      this.#decoration += character;
      return;
    }
    this.#counted++;
    const last = this.#known.length - this.#counted;
    if (agreeing.includes(last)) this.#end = at + 1;
    this.#alive = agreeing.filter((start) => start !== last);
  }

  #decide(over: boolean): Overlap | undefined {
    if (this.#starting.length === 0) return 'none';
    if (this.#end !== undefined) return this.#behind(this.#end, over);
    if (over && this.#alive.length > 0 && this.#text !== '') return 'none';
    if (this.#mode.kind === 'prefill') return this.#cutAt(0, over);
    return this.#mode.kind === 'instruct' ? this.#goesOn(over) : 'none';
  }

  /** AnswerText that were repeated as a quotation end in a mark that belongs to nobody. */
  #behind(end: number, over: boolean): Overlap | undefined {
    const next = this.#text[end];
    if (this.#decoration !== '') {
      if (next === undefined && !over) return undefined;
      if (next !== undefined && this.#decoration.includes(plain(next))) return 'none';
    }
    return this.#cutAt(end, over);
  }

  /**
   * A target that does not repeat the last words is believed to go on only where the joint itself shows it: one blank and
   * a small letter, or punctuation. No answer begins like this. A word that may be the rest of one, or one whose blank
   * was lost, shows nothing.
   */
  #goesOn(over: boolean): Overlap | undefined {
    if (this.#had !== '' || this.#alive.length > 0 || this.#mayRepeat()) return 'none';
    if (/^[,;:!?)\]}]$/.test(this.#text) && !over) return undefined;
    return /^(?: \p{Ll}|[,;:!?)\]}](?:\s|$))/u.test(this.#text) ? { cut: 0 } : 'none';
  }

  /** The new text begins as the sent one ended, over too few characters to prove anything. */
  #mayRepeat(): boolean {
    const begins = significant(this.#text.slice(0, 4 * PROOF)).join('');
    const ends = this.#known.slice(-PROOF).join('');
    for (let from = 0; from < ends.length; from++) {
      const tail = ends.slice(from);
      if (begins.startsWith(tail) || tail.startsWith(begins)) return true;
    }
    return false;
  }

  /** White space that the caller has already got is not sent again. */
  #cutAt(end: number, over: boolean): Overlap | undefined {
    if (this.#had === '') return { cut: end };
    let same = 0;
    while (same < this.#had.length && this.#text[end + same] === this.#had[same]) same++;
    if (!over && same < this.#had.length && end + same === this.#text.length) return undefined;
    return { cut: end + same };
  }
}
