import { readFile } from 'node:fs/promises';
import { compile } from 'json-schema-to-typescript';

const SCHEMA = new URL('../schemas/429chain.schema.json', import.meta.url);
/** The generated file. */
export const TYPES = new URL('../src/contract/config.ts', import.meta.url);

const BANNER = `/**
 * The configuration as it is written in the file.
 * Generated from schemas/429chain.schema.json by \`npm run generate\`: change the schema, not this file.
 */`;

/** Generates the content of `src/contract/config.ts` from the schema. */
export const generateConfigTypes = async (): Promise<string> => {
  const schema = JSON.parse(await readFile(SCHEMA, 'utf8'));
  return compile(schema, 'Configuration', {
    bannerComment: BANNER,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 120 },
  });
};
