import { readFile } from 'node:fs/promises';
import { compile } from 'json-schema-to-typescript';

const SCHEMA = new URL('../schemas/429chain.schema.json', import.meta.url);
/** Where they are kept. */
export const TYPES = new URL('../src/contract/config.ts', import.meta.url);

const BANNER = `/**
 * The configuration as it is written in the file.
 * Generated from schemas/429chain.schema.json by \`npm run generate\`: change the schema, not this file.
 */`;

/** What `src/contract/config.ts` has to contain, made from the schema. */
export const generateConfigTypes = async (): Promise<string> => {
  const schema = JSON.parse(await readFile(SCHEMA, 'utf8'));
  return compile(schema, 'Configuration', {
    bannerComment: BANNER,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 120 },
  });
};
