import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { savedResult } from '../../scripts/docs/performance.js';
import { performancePicture } from '../../scripts/docs/performance-picture.js';
import { CAPTURED } from '../../scripts/docs/providers.js';
import { fillPage, GENERATED_PAGES } from '../../scripts/generate-docs.js';
import { outOfDateFrom } from '../../src/catalogue/age.js';
import { readCatalogue } from '../../src/catalogue/read.js';
import { PAGES, ROOT, readPage } from './pages.js';

/** The blocks of one kind: what stands behind its name in each marker. */
const markersOf = (page: string, kind: string): string[][] =>
  [...readPage(page).matchAll(/^<!-- made by npm run generate: (.+) -->$/gm)]
    .map(([, words = '']) => words.split(' '))
    .filter(([first]) => first === kind)
    .map(([, ...rest]) => rest);

describe('what `npm run generate` makes of docs', () => {
  for (const page of GENERATED_PAGES) {
    it(`is up to date in ${page}`, async () => {
      expect(readPage(page)).to.equal(await fillPage(readPage(page)));
    });
  }

  it('is up to date in performance.svg', () => {
    expect(readPage('performance.svg')).to.equal(performancePicture(savedResult()));
  });

  it('is all that is marked as made', () => {
    const marked = PAGES.filter((page) =>
      /^<!-- made by npm run generate/m.test(readFileSync(`${ROOT}${page}`, 'utf8')),
    );
    expect(marked).to.have.members(GENERATED_PAGES.map((page) => `docs/${page}`));
  });

  it('has a table for everything in the schema that has settings of its own', () => {
    const { $defs } = JSON.parse(readFileSync(`${ROOT}schemas/429chain.schema.json`, 'utf8')) as {
      $defs: Record<string, { properties?: object }>;
    };
    /** Told in prose: the forms of a limit, the cost of a request, and a key with its label. */
    const inProse = /Limit$|^cost$|^labelled(?:Provider)?Key$/;
    const expected = Object.entries($defs).flatMap(([name, { properties }]) =>
      properties === undefined || inProse.test(name) ? [] : [name],
    );
    expect(markersOf('configuration.md', 'settings').flat()).to.have.members(['configuration', ...expected]);
  });

  it('has every provider of the catalogue, and everybody whose answers were captured', async () => {
    const catalogue = await readCatalogue();
    expect(markersOf('providers.md', 'catalogue')).to.have.length(1);
    expect(markersOf('providers.md', 'provider').flat()).to.have.members(catalogue.map(({ id }) => id));
    expect(markersOf('providers.md', 'answers').flat()).to.have.members([...CAPTURED]);
  });

  it('states for each offer when it may be out of date, instead of an age that changes by itself', async () => {
    const page = readPage('providers.md');
    const dated = (await readCatalogue()).flatMap(({ offers }) => offers.flatMap(({ date }) => date ?? []));
    for (const date of new Set(dated))
      expect(page).to.match(new RegExp(`\\[${date}\\]\\(https://.*\\| ${outOfDateFrom(date)} `));
    expect(page).not.to.contain(', may be out of date');
  });
});
