import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Every page for people, by its path from the root of the repository. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(`${ROOT}docs`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => `docs/${name}`)
    .sort(),
];

/** A page of docs/ by its name there. */
export const readPage = (page: string): string => readFileSync(`${ROOT}docs/${page}`, 'utf8');

/** A piece of code on a page. */
export interface Block {
  /** `errors.md, line 12` */
  readonly place: string;
  /** What stands behind the fence, such as `sh`; empty where nothing does. */
  readonly language: string;
  readonly text: string;
}

const FENCE = /^( *)```(\S*).*\n([\s\S]*?)^\1```$/gm;

/** All blocks of a text, which is called `name`. */
export const blocksIn = (name: string, text: string): Block[] =>
  [...text.matchAll(FENCE)].map(({ index, 2: language = '', 3: block = '' }) => ({
    place: `${name}, line ${text.slice(0, index).split('\n').length}`,
    language,
    text: block,
  }));

/** A text without its blocks. */
export const proseOf = (text: string): string => text.replaceAll(FENCE, '');

/** The blocks of one language on a page of docs/. */
export const blocksOf = (page: string, language: string): Block[] =>
  blocksIn(page, readPage(page)).filter((block) => block.language === language);
