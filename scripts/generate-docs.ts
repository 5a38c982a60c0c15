import { adaptationsTable, answersTable, typeFacts } from './docs/providers.js';
import { settingsTable } from './docs/settings.js';

/** What makes each kind of block, from what stands behind its name in the marker. */
const MAKERS: Readonly<Record<string, (...words: string[]) => string | Promise<string>>> = {
  settings: settingsTable,
  type: typeFacts,
  adaptations: adaptationsTable,
  answers: answersTable,
};

/** Pages with blocks that are made, below docs/. */
export const MADE_PAGES = ['configuration.md', 'providers.md'] as const;

const BLOCK = /^<!-- made by npm run generate: (.+) -->\n[\s\S]*?^<!-- end -->$/gm;

const make = async (words: string): Promise<string> => {
  const [kind = '', ...rest] = words.split(' ');
  const maker = MAKERS[kind];
  if (maker === undefined) throw new Error(`Nothing makes "${kind}". There are: ${Object.keys(MAKERS).join(', ')}.`);
  return `<!-- made by npm run generate: ${words} -->\n\n${await maker(...rest)}\n\n<!-- end -->`;
};

/** A page with all of its made blocks as they have to be. */
export const fillPage = async (text: string): Promise<string> => {
  const made = new Map<string, string>();
  for (const [, words = ''] of text.matchAll(BLOCK)) made.set(words, await make(words));
  return text.replaceAll(BLOCK, (_, words: string) => made.get(words) ?? '');
};
