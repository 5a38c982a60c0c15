import { writeFile } from 'node:fs/promises';
import { generateOffers, OFFERS } from './catalogue/offers-module.js';
import { generateTypes, SCHEMA_TYPES } from './generate-config-types.js';

/** Generates the committed files that follow from the schemas, the catalogue and the provider types. Tests check that they are fresh. */
for (const types of SCHEMA_TYPES) await writeFile(types.file, await generateTypes(types));
await writeFile(OFFERS, await generateOffers());
// The pages are made from the provider types, which need the files above.
const { writePages } = await import('./generate-docs.js');
await writePages();
