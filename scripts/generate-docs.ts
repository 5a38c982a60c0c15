import { catalogueTable, providerFacts } from './docs/catalogue.js';
import { adaptationsTable, answersTable } from './docs/providers.js';
import { settingsTable } from './docs/settings.js';

/** The generators of the kinds of blocks. Their arguments follow the kind in the marker. */
const GENERATORS: Readonly<Record<string, (...words: string[]) => string | Promise<string>>> = {
  settings: settingsTable,
  catalogue: catalogueTable,
  provider: providerFacts,
  adaptations: adaptationsTable,
  answers: answersTable,
};

/** Pages below docs/ with generated blocks. */
export const GENERATED_PAGES = ['configuration.md', 'providers.md'] as const;

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
