import { readFile, writeFile } from 'node:fs/promises';
import { generateConfigTypes, TYPES } from './generate-config-types.js';
import { fillPage, MADE_PAGES } from './generate-docs.js';

/** What is made from the schema and the provider types, and committed: `npm run generate`. Tests compare it. */
await writeFile(TYPES, await generateConfigTypes());
for (const page of MADE_PAGES) {
  const file = new URL(`../docs/${page}`, import.meta.url);
  await writeFile(file, await fillPage(await readFile(file, 'utf8')));
}
