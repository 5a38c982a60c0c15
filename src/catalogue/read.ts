import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import JSON5 from 'json5';
import type { CatalogueEntry } from '../contract/catalogue-entry.js';
import { packageFile } from '../package.js';

const ENDING = '.json5';

/** A provider of the catalogue, with the name of its file. */
export interface CatalogueProvider extends CatalogueEntry {
  readonly id: string;
}

/** The folder of the catalogue in the package. */
export const CATALOGUE = packageFile('catalogue');

let catalogue: Promise<readonly CatalogueProvider[]> | undefined;

/**
 * Returns the providers of the catalogue, by title. The files are read when they are first needed, and only once: they are
 * part of the package.
 */
export const readCatalogue = (): Promise<readonly CatalogueProvider[]> => {
  catalogue ??= readFolder(CATALOGUE);
  return catalogue;
};

const readFolder = async (folder: string): Promise<CatalogueProvider[]> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith(ENDING));
  const providers = await Promise.all(
    names.map(async (name): Promise<CatalogueProvider> => {
      const text = await readFile(join(folder, name), 'utf8');
      return { id: basename(name, ENDING), ...JSON5.parse<CatalogueEntry>(text) };
    }),
  );
  return providers.sort((one, other) => one.title.localeCompare(other.title, 'en'));
};
