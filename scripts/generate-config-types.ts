import { readFile } from 'node:fs/promises';
import { compile } from 'json-schema-to-typescript';

const ROOT = new URL('../', import.meta.url);

/** A generated file of types. */
interface SchemaTypes {
  readonly schema: string;
  /** The path of the generated file. */
  readonly file: URL;
  /** The name of the type of the whole. */
  readonly name: string;
  readonly comment: string;
}

/** The types that are generated from schemas. */
export const SCHEMA_TYPES: readonly SchemaTypes[] = [
  {
    schema: 'schemas/429chain.schema.json',
    file: new URL('../src/contract/config.ts', import.meta.url),
    name: 'Configuration',
    comment: 'The configuration as it is written in the file.',
  },
  {
    schema: 'schemas/catalogue.schema.json',
    file: new URL('../src/contract/catalogue-entry.ts', import.meta.url),
    name: 'CatalogueEntry',
    comment: 'What one provider gives for free, as a file of catalogue/ states it.',
  },
];

/** Returns the content of a file of types. */
export const generateTypes = async ({ schema, name, comment }: SchemaTypes): Promise<string> =>
  compile({ ...JSON.parse(await readFile(new URL(schema, ROOT), 'utf8')), title: name }, name, {
    bannerComment: `/**
 * ${comment}
 * Generated from ${schema} by \`npm run generate\`: change the schema, not this file.
 */`,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 120 },
  });
