import { readFile, writeFile } from 'node:fs/promises';
import { generateConfigTypes, TYPES } from './generate-config-types.js';
import { fillPage, GENERATED_PAGES } from './generate-docs.js';

/** Generates the committed files that follow from the schema and the provider types. Tests check that they are fresh. */
await writeFile(TYPES, await generateConfigTypes());
for (const page of GENERATED_PAGES) {
  const file = new URL(`../docs/${page}`, import.meta.url);
  await writeFile(file, await fillPage(await readFile(file, 'utf8')));
}
