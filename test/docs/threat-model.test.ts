import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT, readPage } from './pages.js';

const TESTS = join(ROOT, 'test');
const SPECIAL = /[.*+?^${}()|[\]\\]/g;

/** A test's title as it is written. What a table fills in stands for text, a number or something that its file contains. */
interface Title {
  readonly pattern: RegExp;
  readonly file: string;
}

const patternOf = (written: string): RegExp => {
  const parts = written.split(/\$\{(?:[^{}]|\{[^{}]*\})*\}/).map((part) => part.replaceAll(SPECIAL, '\\$&'));
  return new RegExp(`^${parts.join('(.*)')}$`);
};

const titlesIn = (file: string): Title[] =>
  [...file.matchAll(/\bit\(\s*(?:'((?:[^'\\]|\\.)+)'|"([^"]+)"|`([^`]+)`),/g)].map(([, single, double, template]) => ({
    pattern:
      template === undefined
        ? new RegExp(`^${(single ?? double ?? '').replaceAll(SPECIAL, '\\$&')}$`)
        : patternOf(template),
    file,
  }));

const titles = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .flatMap((name) => titlesIn(readFileSync(join(TESTS, name), 'utf8')));

const isTitle = (text: string): boolean =>
  titles.some(({ pattern, file }) => {
    const [, ...filled] = pattern.exec(text) ?? [undefined, undefined];
    return filled.every((value) => value !== undefined && (/^\d+$/.test(value) || file.includes(value)));
  });

const [, model = ''] = readPage('security.md').split('## Threat model');
const claims = [...model.matchAll(/^\| ([^|]+) \| ([^|]+) \|$/gm)]
  .map(([, claim = '', test = '']) => ({ claim: claim.trim(), test: test.trim() }))
  .filter(({ claim }) => claim !== '429chain' && !/^-+$/.test(claim));

describe('The threat model in docs/security.md', () => {
  it('says for each kind of attacker what 429chain does not do', () => {
    const kinds = model.split('\n### ').slice(1);
    expect(kinds).to.have.length(7);
    for (const kind of kinds) expect(kind).to.contain('It does not');
  });

  it('finds out a test that does not exist', () => {
    expect(isTitle('refuses everything that anybody could ever want')).to.equal(false);
  });

  for (const { claim, test } of claims) {
    it(`proves by a test: "${claim}"`, () => {
      expect(isTitle(test), `no test has the title "${test}"`).to.equal(true);
    });
  }
});
