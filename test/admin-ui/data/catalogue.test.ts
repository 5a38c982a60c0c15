import { expect } from 'chai';
import { filterOf, fits, searchOf, WHOLE } from '../../../admin-ui/src/data/catalogue/catalogue-filter.js';
import { ageWords, dayWords, keyWords } from '../../../admin-ui/src/data/catalogue/words.js';
import { findingsText, lookText, needsWork } from '../../../admin-ui/src/data/providers/inspection.js';
import { readCatalogue } from '../../../src/catalogue/read.js';
import { viewOf } from '../../../src/catalogue/view.js';
import type { CatalogueView } from '../../../src/contract/catalogue.js';
import type { CatalogueEntry } from '../../../src/contract/catalogue-entry.js';
import type { Finding } from '../../../src/contract/inspection.js';

const NOW = Date.parse('2026-11-01');
const BASE: CatalogueEntry = {
  title: 'Groq',
  summary: 'Very fast.',
  offers: [{ kind: 'recurring', date: '2026-10-01' }],
  training: { posture: 'no' },
};

const entry = (change: Partial<CatalogueEntry>): CatalogueView => viewOf('groq', { ...BASE, ...change }, NOW);

const KEYLESS = entry({ title: 'Kilo', offers: [{ kind: 'keyless' }], training: { posture: 'may' } });
const ROUTER = entry({
  title: 'Router',
  key: { url: 'https://a.test', card: false, note: 'A phone number is needed.' },
  offers: [{ kind: 'zero-price', models: ['*:free'], limits: [{ requests: 20, per: '1m', pool: 'free' }] }],
});
const CARD = entry({ title: 'Card', key: { url: 'https://b.test', card: true }, offers: [{ kind: 'one-time' }] });
const UNKNOWN = entry({ title: 'Unknown', training: { posture: 'unknown' } });
const ALL = [KEYLESS, ROUTER, CARD, UNKNOWN];

describe('The filter of the catalogue', () => {
  const CASES: readonly (readonly [search: string, titles: readonly string[]])[] = [
    ['', ['Kilo', 'Router', 'Card', 'Unknown']],
    ['?kind=zero-price', ['Router']],
    ['?kind=keyless,one-time', ['Kilo', 'Card']],
    ['?only=no-key', ['Kilo']],
    ['?only=no-card', ['Kilo', 'Router']],
    ['?only=no-training', ['Router', 'Card']],
    ['?only=no-card,no-training', ['Router']],
    ['?kind=keyless&only=no-training', []],
    ['?q=ROUTER', ['Router']],
    ['?q=:free', ['Router']],
    ['?q=minute+20', ['Router']],
    ['?q=phone', ['Router']],
    ['?q=phone+card', []],
    ['?q=%20%20', ['Kilo', 'Router', 'Card', 'Unknown']],
    ['?kind=nothing-like-it', ['Kilo', 'Router', 'Card', 'Unknown']],
    ['?only=constructor,__proto__', ['Kilo', 'Router', 'Card', 'Unknown']],
    ['?q=.*(', []],
  ];
  for (const [search, titles] of CASES) {
    it(`finds ${titles.length} of 4 for ${search || 'no filter'}`, () => {
      expect(ALL.filter((each) => fits(each, filterOf(search))).map(({ title }) => title)).to.deep.equal(titles);
    });
  }

  it('is the same after a way through the address', () => {
    const filters = [
      WHOLE,
      { text: 'a&b=c #ä %', kinds: ['keyless', 'own'], conditions: [] },
      { text: '', kinds: ['none'], conditions: ['no-key', 'no-training'] },
    ] as const;
    for (const filter of filters) expect(filterOf(searchOf(filter))).to.deep.equal(filter);
    expect(searchOf(WHOLE)).to.equal('');
    expect(searchOf(filters[2])).to.equal('?kind=none&only=no-key,no-training');
  });

  it('finds every provider of the catalogue by its title', async () => {
    for (const { id, ...rest } of await readCatalogue())
      expect(fits(viewOf(id, rest, NOW), { ...WHOLE, text: rest.title }), id).to.equal(true);
  });
});

describe('The words of the catalogue', () => {
  it('say what a key takes', () => {
    expect(ALL.map(keyWords)).to.deep.equal(['No key needed', 'Key: no card', 'Key: card needed', 'Key: card unknown']);
    expect(keyWords(entry({ key: { url: 'https://a.test', card: false, minutes: 3 } }))).to.equal(
      'Key: no card, about 3 minutes',
    );
  });

  it('say how old an entry is by its oldest offer', () => {
    const dated = (...dates: readonly string[]) =>
      ageWords(entry({ offers: dates.map((date) => ({ kind: 'recurring', date })) }));
    expect(dated('2026-10-05', '2026-10-01')).to.match(/^Read on 1 Oct 2026$/);
    expect(dated('2026-10-05', '2026-02-22')).to.equal('Read on 22 Feb 2026, may be out of date');
    expect(ageWords(entry({ offers: [{ kind: 'own' }] }))).to.equal('');
    expect(ageWords(entry({ offers: [{ kind: 'recurring' }] }))).to.equal('May be out of date');
    expect(dayWords('last summer', true)).to.equal('last summer, may be out of date');
  });
});

describe('The words of a look at the providers', () => {
  const finding = (kind: Finding['kind']): Finding => ({ kind, about: 'groq', problem: 'A.', advice: 'B.' });

  it('count the findings by kind, the urgent ones first', () => {
    const findings = [finding('limit differs'), finding('model gone'), finding('key refused'), finding('model gone')];
    expect(findingsText(findings)).to.equal('1 key refused, 2 models gone, 1 limit differs');
    expect(needsWork(findings)).to.equal(true);
    expect(needsWork([finding('limit differs')])).to.equal(false);
    expect(lookText({ latest: { at: NOW, findings: [] } }, NOW)).to.match(
      /^Looked for changes at [\d:]+: nothing found\.$/,
    );
  });
});
