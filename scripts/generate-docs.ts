import { readFile, writeFile } from 'node:fs/promises';
import { catalogueTable, providerFacts } from './docs/catalogue.js';
import { performanceBlock, savedResult } from './docs/performance.js';
import { performancePicture } from './docs/performance-picture.js';
import { adaptationsTable, answersTable } from './docs/providers.js';
import { settingsTable } from './docs/settings.js';

/** The generators of the kinds of blocks. Their arguments follow the kind in the marker. */
const GENERATORS: Readonly<Record<string, (...words: string[]) => string | Promise<string>>> = {
  settings: settingsTable,
  catalogue: catalogueTable,
  provider: providerFacts,
  adaptations: adaptationsTable,
  answers: answersTable,
  performance: performanceBlock,
};

/** Pages below docs/ with generated blocks. */
export const GENERATED_PAGES = ['configuration.md', 'providers.md', 'performance.md'] as const;

const BLOCK = /^<!-- made by npm run generate: (.+) -->\n[\s\S]*?^<!-- end -->$/gm;

const generateBlock = async (words: string): Promise<string> => {
  const [kind = '', ...rest] = words.split(' ');
  const generate = GENERATORS[kind];
  if (generate === undefined)
    throw new Error(`Unknown kind of block "${kind}". Known: ${Object.keys(GENERATORS).join(', ')}.`);
  return `<!-- made by npm run generate: ${words} -->\n\n${await generate(...rest)}\n\n<!-- end -->`;
};

/** A page with its generated blocks up to date. */
export const fillPage = async (text: string): Promise<string> => {
  const blocks = new Map<string, string>();
  for (const [, words = ''] of text.matchAll(BLOCK)) blocks.set(words, await generateBlock(words));
  return text.replaceAll(BLOCK, (_, words: string) => blocks.get(words) ?? '');
};

const fileOf = (page: string): URL => new URL(`../docs/${page}`, import.meta.url);

/** Writes a page with its generated blocks up to date. */
const writePage = async (page: string): Promise<void> => {
  await writeFile(fileOf(page), await fillPage(await readFile(fileOf(page), 'utf8')));
};

/** Writes docs/performance.md and its picture from docs/performance.json. */
export const writePerformancePage = async (): Promise<void> => {
  await writePage('performance.md');
  await writeFile(fileOf('performance.svg'), performancePicture(savedResult()));
};

/** Writes all generated pages. */
export const writePages = async (): Promise<void> => {
  for (const page of GENERATED_PAGES) await writePage(page);
  await writePerformancePage();
};
