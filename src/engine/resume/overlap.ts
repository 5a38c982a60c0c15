/** This many characters, not counting white space, must agree to prove a repetition. A shorter text must agree as a whole. */
const PROOF = 12;

/** Models write the same quotation marks in different ways. */
const QUOTES: Readonly<Record<string, string>> = { '“': '"', '”': '"', '„': '"', '‘': "'", '’': "'", '‚': "'" };

/** What a model may put before words that it repeats. */
const DECORATION = new Set(['"', "'", '`', '.', '…', '«']);

const isSpace = (character: string): boolean => /\s/.test(character);

const normalised = (character: string): string => QUOTES[character] ?? character;

/** Returns the characters that count when two texts are compared. */
const significant = (text: string): string[] =>
  text
    .split('')
    .filter((character) => !isSpace(character))
    .map(normalised);

const hasSignificant = (text: string, least: number): boolean => {
  let count = 0;
  for (const character of text) if (!isSpace(character) && ++count >= least) return true;
  return false;
};

/** How many characters of a new answer repeat what the caller has, or `none` when it does not continue that text. */
export type Overlap = { readonly cut: number } | 'none';

/** How a target is asked to continue an answer. */
export type ResumeMode =
  /** It gets the original request. */
  | { readonly kind: 'restart' }
  /** It is asked to continue, starting with the last words that the caller got. */
  | { readonly kind: 'instruct'; readonly lastWords: string }
  /** It gets the text as the beginning of its own answer, and its provider promises to continue from there. */
  | { readonly kind: 'prefill' };

/** Returns whether a text is too short to be split into a beginning and last words that prove something. */
export const isShort = (sent: string): boolean => !hasSignificant(sent, 2 * PROOF);

/** Returns whether these words are long enough to be recognised. */
export const isProof = (words: string): boolean => hasSignificant(words, PROOF);

/**
 * Finds where a second answer continues a first one that broke off. The second may start with the last words, start over,
 * or continue right away. White space and the form of quotation marks do not count. The last words prove something only if
 * they occur once in the first answer.
 */
export class OverlapFinder {
  readonly #sent: readonly string[];
  readonly #mode: ResumeMode;
  /** White space at the end of what was sent. */
  readonly #trailingSpace: string;
  /** Where in the sent text the new one may start. Empty when that would prove nothing. */
  readonly #candidates: readonly number[];
  /** The candidates that agree with all of the new text so far. */
  #agreeing: readonly number[];
  /** The new text so far, and how much of it is compared. */
  #text = '';
  #compared = 0;
  /** Significant characters that were compared. */
  #significantCount = 0;
  /** Decoration before the first of them. */
  #decoration = '';
  /** Where in the new text the repetition ends. */
  #repetitionEnd: number | undefined;

  /** `sent` is the text that the caller has. */
  constructor(sent: string, mode: ResumeMode) {
    this.#sent = significant(sent);
    this.#mode = mode;
    this.#trailingSpace = sent.slice(sent.trimEnd().length);
    this.#candidates = this.#findCandidates();
    this.#agreeing = this.#candidates;
  }

  /** Takes more of the new text. Returns the overlap as soon as it is certain. */
  take(text: string): Overlap | undefined {
    this.#text += text;
    if (this.#sent.length === 0) return this.#cutAt(0, false);
    for (; this.#compared < this.#text.length && this.#agreeing.length > 0; this.#compared++) {
      this.#compare(this.#compared);
    }
    return this.#agreeing.length === 0 ? this.#decide(false) : undefined;
  }

  /** No more text comes. */
  end(): Overlap {
    if (this.#sent.length === 0) return this.#text === '' ? 'none' : { cut: 0 };
    return this.#decide(true) ?? 'none';
  }

  /** The new text may start over, or with the last words if the target was asked for them and they occur once. */
  #findCandidates(): number[] {
    if (this.#mode.kind !== 'instruct') return [0];
    const words = significant(this.#mode.lastWords).join('');
    const text = this.#sent.join('');
    const at = text.lastIndexOf(words);
    return text.indexOf(words) === at && at + words.length === text.length ? [0, at] : [];
  }

  #compare(at: number): void {
    const raw = this.#text[at] as string;
    if (isSpace(raw)) return;
    const character = normalised(raw);
    const agreeing = this.#agreeing.filter((start) => this.#sent[start + this.#significantCount] === character);
    if (this.#significantCount === 0 && agreeing.length === 0 && DECORATION.has(character)) {
      this.#decoration += character;
      return;
    }
    this.#significantCount++;
    const completed = this.#sent.length - this.#significantCount;
    if (agreeing.includes(completed)) this.#repetitionEnd = at + 1;
    this.#agreeing = agreeing.filter((start) => start !== completed);
  }

  /** Returns `undefined` while more text may change the result. `isOver`: no more text comes. */
  #decide(isOver: boolean): Overlap | undefined {
    if (this.#candidates.length === 0) return 'none';
    if (this.#repetitionEnd !== undefined) return this.#afterRepetition(this.#repetitionEnd, isOver);
    if (isOver && this.#agreeing.length > 0 && this.#text !== '') return 'none';
    if (this.#mode.kind === 'prefill') return this.#cutAt(0, isOver);
    return this.#mode.kind === 'instruct' ? this.#withoutRepetition(isOver) : 'none';
  }

  /** A repetition in quotation marks ends with a mark that is not part of the answer. */
  #afterRepetition(end: number, isOver: boolean): Overlap | undefined {
    const next = this.#text[end];
    if (this.#decoration !== '') {
      if (next === undefined && !isOver) return undefined;
      if (next !== undefined && this.#decoration.includes(normalised(next))) return 'none';
    }
    return this.#cutAt(end, isOver);
  }

  /**
   * Accepts a text that does not repeat the last words only if its first characters show that it continues: one space and a
   * lower-case letter, or punctuation. No answer starts like that. A letter shows nothing: it may belong to the same word,
   * or the space before it was lost.
   */
  #withoutRepetition(isOver: boolean): Overlap | undefined {
    if (this.#trailingSpace !== '' || this.#agreeing.length > 0 || this.#mayRepeat()) return 'none';
    if (/^[,;:!?)\]}]$/.test(this.#text) && !isOver) return undefined;
    return /^(?: \p{Ll}|[,;:!?)\]}](?:\s|$))/u.test(this.#text) ? { cut: 0 } : 'none';
  }

  /** Returns whether the new text starts as the sent one ends, with too few characters to prove a repetition. */
  #mayRepeat(): boolean {
    const beginning = significant(this.#text.slice(0, 4 * PROOF)).join('');
    const ending = this.#sent.slice(-PROOF).join('');
    for (let from = 0; from < ending.length; from++) {
      const tail = ending.slice(from);
      if (beginning.startsWith(tail) || tail.startsWith(beginning)) return true;
    }
    return false;
  }

  /** Also cuts white space that the caller already has. */
  #cutAt(end: number, isOver: boolean): Overlap | undefined {
    const space = this.#trailingSpace;
    if (space === '') return { cut: end };
    let same = 0;
    while (same < space.length && this.#text[end + same] === space[same]) same++;
    if (!isOver && same < space.length && end + same === this.#text.length) return undefined;
    return { cut: end + same };
  }
}
