import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import JSON5 from 'json5';
import { formatProblems, parseSettings } from '../../src/config/load.js';
import { blocksOf, PAGES, ROOT, readPage } from './pages.js';

const FILE = '429chain.json5';
const MISSPELT = `{
  providers: {
    groq: { type: 'groq' },
  },
  chains: {
    default: { targets: ['groq/openai/gpt-oss-20b'], maxwait: '20s' },
  },
}`;

interface SchemaNode {
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
}

describe('docs/configuration.md', () => {
  const page = readPage('configuration.md');
  const schema = JSON.parse(readFileSync(`${ROOT}schemas/429chain.schema.json`, 'utf8')) as SchemaNode;
  const settings = [schema, ...Object.values(schema.$defs ?? {})].flatMap(({ properties = {} }) =>
    Object.entries(properties),
  );

  for (const { place, text } of PAGES.flatMap((name) => blocksOf(name, 'json5'))) {
    it(`shows a configuration that works: ${place}`, () => {
      const env = Object.fromEntries([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => [name, name]));
      const result = parseSettings(text, { file: FILE, env });
      if (!result.ok) expect.fail(formatProblems(result.problems));
    });
  }

  it('explains every setting', () => {
    const explained = new Set([...page.matchAll(/`[^`\n]+`/g)].flatMap(([code]) => code.match(/[$\w]+/g) ?? []));
    expect(settings.map(([name]) => name).filter((name) => !explained.has(name))).to.deep.equal([]);
  });

  it('tells the defaults that the schema tells', () => {
    const rows = page.matchAll(/^\| `(\w+)` *\| `([^`]+)` *\|/gm);
    const told = new Map([...rows].map(([, name, value]) => [name, JSON5.parse(value as string) as unknown]));
    expect(told.size).to.be.above(5);
    for (const [name, { default: expected }] of settings) {
      if (told.has(name) && expected !== undefined) expect(told.get(name), name).to.equal(expected);
    }
  });

  it('shows an error as it is told', () => {
    const result = parseSettings(MISSPELT, { file: FILE, env: {} });
    const told = result.ok ? 'nothing' : formatProblems(result.problems);
    expect(blocksOf('configuration.md', 'text').map(({ text }) => text.trim())).to.deep.equal([told]);
  });
});
