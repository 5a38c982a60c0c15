import { lexer, type Token, type Tokens } from 'marked';

export type { Token, Tokens };

/** Markdown as blocks. Each has its text in `raw`. */
export type Blocks = readonly Token[];

/** A text that the parser fails on, such as one that is nested thousands of levels deep, is one plain block. */
const lexed = (text: string): Token[] => {
  try {
    return [...lexer(text, { gfm: true })];
  } catch {
    return [{ type: 'text', raw: text, text }];
  }
};

/** Blocks at the end that more text may change: a line below a paragraph can make it a heading or a table. */
const OPEN_BLOCKS = 2;

/**
 * Reads a text that grows. Blocks that are complete are not read again, and stay the same objects, so that nothing above the
 * end of a long answer is rendered again.
 */
export class MarkdownReader {
  #text = '';
  #blocks: Token[] = [];

  /** The blocks of `given`, which may begin with the text of the call before. */
  read(given: string): Blocks {
    const text = given.replaceAll('\r\n', '\n');
    if (text === this.#text) return this.#blocks;
    const kept = text.startsWith(this.#text) ? this.#complete() : [];
    const from = kept.reduce((length, { raw }) => length + raw.length, 0);
    const isSame = text.startsWith(kept.map(({ raw }) => raw).join(''));
    this.#blocks = isSame ? [...kept, ...lexed(text.slice(from))] : lexed(text);
    this.#text = text;
    return this.#blocks;
  }

  #complete(): Token[] {
    const solid = this.#blocks.flatMap(({ type }, place) => (type === 'space' ? [] : [place]));
    const end = solid.at(-OPEN_BLOCKS) ?? 0;
    return this.#blocks.slice(0, end);
  }
}

/** Schemes that a link of a model may have. */
const SCHEMES: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);

/** The address of a link, if it is absolute and safe to open. */
export const safeAddress = (href: string): string | undefined => {
  const text = href.trim();
  if (!URL.canParse(text)) return undefined;
  const { protocol, href: address } = new URL(text);
  return SCHEMES.has(protocol) ? address : undefined;
};

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

/** A text whose HTML entities are characters. */
export const unescaped = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,8}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
