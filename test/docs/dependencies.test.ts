import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { ROOT, readPage } from './pages.js';

interface Locked {
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8')) as {
  packages: Readonly<Record<string, Locked>>;
};
const names = Object.keys(packages['']?.dependencies ?? {});

const placeOf = (name: string, from: string): string => {
  const place = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  if (place in packages) return place;
  if (from === '') throw new Error(`package-lock.json has no ${name}.`);
  return placeOf(name, from.replace(/\/?node_modules\/(?:@[^/]+\/)?[^/]+$/, ''));
};

/** The places of a package and of everything that it needs. */
const treeOf = (name: string, from = '', tree = new Set<string>()): Set<string> => {
  const place = placeOf(name, from);
  if (tree.has(place)) return tree;
  tree.add(place);
  const { dependencies, optionalDependencies } = packages[place] ?? {};
  for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) treeOf(needed, place, tree);
  return tree;
};

const page = readPage('dependencies.md');
const rows = [...page.matchAll(/^\| `([^`]+)` +\| ([^|]+) \| ([^|]+) \| (\d+) +\| (\S+) +\|$/gm)].map(
  ([, name = '', purpose = '', reason = '', brings, licence]) => ({
    name,
    explained: purpose.trim() !== '' && reason.trim() !== '',
    brings: Number(brings),
    licence,
  }),
);

describe('docs/dependencies.md', () => {
  it('explains every runtime dependency, and no other', () => {
    expect(rows.map(({ name }) => name)).to.deep.equal(names);
    expect(rows.filter(({ explained }) => !explained)).to.deep.equal([]);
  });

  for (const name of names) {
    it(`has the licence of ${name} and the number of packages that it brings`, () => {
      const { brings, licence } = rows.find((row) => row.name === name) ?? {};
      const expected = { brings: treeOf(name).size - 1, licence: packages[`node_modules/${name}`]?.license };
      expect({ brings, licence }).to.deep.equal(expected);
    });
  }

  it('has the number of installed packages', () => {
    const tree = new Set(names.flatMap((name) => [...treeOf(name)]));
    expect(page).to.contain(`${tree.size} packages.`);
  });
});
