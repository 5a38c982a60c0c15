/** So many characters, white space aside, must agree before a repetition is believed; or all, where there are fewer. */
const PROOF = 12;
/** So many are a word, which may come again for other reasons. */
const WORD = 4;

/** Quotes differ between models, and between an answer and its repetition. */
const QUOTES: Readonly<Record<string, string>> = { '“': '"', '”': '"', '„': '"', '‘': "'", '’': "'", '‚': "'" };

/** What a model may put before words that it repeats. */
const DECORATION = new Set(['"', "'", '`', '.', '…', '«']);

const isSpace = (character: string): boolean => /\s/.test(character);

/** Characters that count when two texts are compared. */
const significant = (text: string): string[] =>
  text
    .split('')
    .filter((character) => !isSpace(character))
    .map((character) => QUOTES[character] ?? character);

/** Where an answer goes on that was begun by another: characters of it that repeat, or that there is no such place. */
export type Joint = { readonly cut: number } | 'none';

/** A continuation that does not show where it goes on from. The provider is not to blame for it. */
export class NoSeam extends Error {
  constructor() {
    super('what it sent does not join on to what the caller has got already');
    this.name = 'NoSeam';
  }
}

/**
 * How the target was asked: `anew`, as if nothing had been sent · `told` to go on, with the last words once more ·
 * `prefilled`, with the text as the beginning of its own answer, from which its provider promises to go on.
 */
export type Asking = 'anew' | 'told' | 'prefilled';

/** Too little was sent to divide it into a beginning and last words that prove something. */
export const isShort = (sent: string): boolean => significant(sent).length < 2 * PROOF;

/** These words are enough to find their end again. */
export const isProof = (words: string): boolean => significant(words).length >= PROOF;

/**
 * Finds where a second answer goes on from a first one that broke off. The second may repeat the last words, begin
 * again from the start, or simply go on. White space and the form of quotes do not count. A joint is believed only if it
 * is the only one: a text that repeats itself proves nothing.
 */
export class Seam {
  readonly #sent: string;
  readonly #known: readonly string[];
  readonly #asking: Asking;
  /** The new text so far, and how much of it is compared. */
  #text = '';
  #read = 0;
  /** Characters that counted. */
  #counted = 0;
  /** Where in the sent text the new one may have begun, as far as all of it agrees. */
  #alive: number[] | undefined;
  /** Over how many characters the new text began as the sent one ended: too few to prove anything. */
  #doubt = 0;
  /** Where in the new text a repetition of the sent one ended. */
  readonly #ends: number[] = [];

  constructor(sent: string, asking: Asking) {
    this.#sent = sent;
    this.#known = significant(sent);
    this.#asking = asking;
  }

  /** More of the new text. @returns the joint, as soon as it is certain. */
  take(text: string): Joint | undefined {
    this.#text += text;
    if (this.#known.length === 0) return this.#cutAt(0, false);
    for (; this.#read < this.#text.length && this.#alive?.length !== 0; this.#read++) this.#compare(this.#read);
    return this.#alive?.length === 0 ? this.#decide(false) : undefined;
  }

  /** No more text comes. */
  end(): Joint {
    if (this.#known.length === 0) return this.#text === '' ? 'none' : { cut: 0 };
    return this.#decide(true) ?? 'none';
  }

  #compare(at: number): void {
    const raw = this.#text[at] as string;
    if (isSpace(raw)) return;
    const character = QUOTES[raw] ?? raw;
    if (this.#counted === 0 && DECORATION.has(character)) return;
    this.#alive =
      this.#alive === undefined
        ? this.#starts(character)
        : this.#alive.filter((start) => this.#known[start + this.#counted] === character);
    this.#counted++;
    const last = this.#known.length - this.#counted;
    if (!this.#alive.includes(last)) return;
    if (last === 0 || this.#counted >= PROOF) this.#ends.push(at + 1);
    else this.#doubt = this.#counted;
    this.#alive = this.#alive.filter((start) => start !== last);
  }

  #starts(character: string): number[] {
    if (this.#asking === 'anew') return this.#known[0] === character ? [0] : [];
    return this.#known.flatMap((known, start) => (known === character ? [start] : []));
  }

  #decide(over: boolean): Joint | undefined {
    const [end, ...others] = this.#ends;
    if (others.length > 0 || this.#doubt >= WORD) return 'none';
    if (end !== undefined) return this.#cutAt(end, over);
    if (over && this.#alive?.length !== 0) return 'none';
    return this.#goesOn() ? this.#cutAt(0, over) : 'none';
  }

  #goesOn(): boolean {
    if (this.#asking === 'prefilled') return true;
    return this.#asking === 'told' && this.#doubt === 0 && showsItself(this.#sent, this.#text);
  }

  /** White space that the caller has already got is not sent again. */
  #cutAt(end: number, over: boolean): Joint | undefined {
    const had = /\s*$/.exec(this.#sent)?.[0] ?? '';
    if (had === '') return { cut: end };
    const comes = /^\s*/.exec(this.#text.slice(end))?.[0] ?? '';
    if (!over && end + comes.length === this.#text.length) return undefined;
    return { cut: end + (comes.startsWith(had) ? had.length : comes.length) };
  }
}

/**
 * A target that does not repeat the last words is believed to go on only where the joint itself shows it: one blank and
 * a small letter, or punctuation. No answer begins like this. A word that may be the rest of one, or one whose blank was
 * lost, shows nothing.
 */
const showsItself = (sent: string, text: string): boolean =>
  !isSpace(sent.at(-1) ?? ' ') && /^(?: [\p{Ll}\p{N}]|[,;:!?)\]}](?:\s|$))/u.test(text);
