import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The pages of docs/, by file name. */
export const PAGES = readdirSync(`${ROOT}docs`).filter((name) => name.endsWith('.md'));

export const readPage = (page: string): string => readFileSync(`${ROOT}docs/${page}`, 'utf8');

/** A piece of code on a page. */
export interface Block {
  /** `errors.md, line 12` */
  readonly place: string;
  readonly text: string;
}

/** The blocks of one language on a page. */
export const blocksOf = (page: string, language: string): Block[] => {
  const text = readPage(page);
  return [...text.matchAll(/^```(\S*).*\n([\s\S]*?)^```$/gm)]
    .filter(([, found]) => found === language)
    .map(({ index, 2: block = '' }) => ({
      place: `${page}, line ${text.slice(0, index).split('\n').length}`,
      text: block,
    }));
};
