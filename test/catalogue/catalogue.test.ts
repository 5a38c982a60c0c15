import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { PROVIDER_TYPES } from '../../plugins/providers/index.js';
import { problemsInCatalogue } from '../../scripts/catalogue/check.js';
import { generateOffers, OFFERS } from '../../scripts/catalogue/offers-module.js';
import { type CatalogueProvider, readCatalogue } from '../../src/catalogue/read.js';

/** A server of any kind: nothing is known of it. */
const WITHOUT_ENTRY = ['openai-compatible'];

describe('The catalogue', () => {
  let providers: readonly CatalogueProvider[];

  before(async () => {
    providers = await readCatalogue();
  });

  it('is valid', async () => {
    expect(await problemsInCatalogue()).to.equal('');
  });

  it('has the facts of every built-in provider type, in a file of its name', () => {
    const typed = providers.filter(({ type }) => type !== undefined);
    expect(typed.map(({ type }) => type)).to.have.members(
      Object.keys(PROVIDER_TYPES).filter((type) => !WITHOUT_ENTRY.includes(type)),
    );
    expect(typed.map(({ id }) => id)).to.deep.equal(typed.map(({ type }) => type));
  });

  it('is the source of the generated facts of provider types', async () => {
    expect(readFileSync(OFFERS, 'utf8')).to.equal(await generateOffers());
  });

  it('is read once', async () => {
    expect(await readCatalogue()).to.equal(providers);
  });
});
