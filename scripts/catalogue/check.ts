import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CATALOGUE } from '../../src/catalogue/read.js';
import { optionsValidator } from '../../src/config/check/options-validator.js';
import { formatProblems, toProblems } from '../../src/config/check/problems.js';
import { findingsOf } from '../../src/config/check/schema-findings.js';
import { readJson5 } from '../../src/config/check/syntax.js';
import { createLocator } from '../../src/config/locate.js';
import type { Problem } from '../../src/config/settings.js';
import type { CatalogueEntry } from '../../src/contract/catalogue-entry.js';
import { packageFile } from '../../src/package.js';
import { entryFindings } from './entry-findings.js';

const SCHEMA = JSON.parse(await readFile(packageFile('schemas', 'catalogue.schema.json'), 'utf8')) as object;

/** Returns everything that is wrong with a file of the catalogue, sorted by position. */
export const problemsIn = (file: string, text: string): Problem[] => {
  const parsed = readJson5(text);
  if (!parsed.ok) return [{ file, ...parsed.place, message: parsed.message }];
  const locator = createLocator(text);
  const repeated = locator.duplicates.map(({ path, first }) => ({
    path,
    at: 'key' as const,
    message: `\`${path.at(-1)}\` already exists in line ${first.line}. Expected each key only once.`,
  }));
  const validate = optionsValidator(SCHEMA);
  if (!validate(parsed.value)) {
    const context = { base: [], written: parsed.value, partOf: () => undefined, validatorOf: () => undefined };
    return toProblems([...repeated, ...findingsOf(validate.errors ?? [], context)], file, locator);
  }
  return toProblems([...repeated, ...entryFindings(parsed.value as CatalogueEntry)], file, locator);
};

/** Returns one line for each problem of the catalogue, with its file, line and column. Empty if there are none. */
export const problemsInCatalogue = async (): Promise<string> => {
  const files = (await readdir(CATALOGUE)).sort().map((name) => join(CATALOGUE, name));
  const problems = await Promise.all(files.map(async (file) => problemsIn(file, await readFile(file, 'utf8'))));
  return formatProblems(problems.flat());
};
