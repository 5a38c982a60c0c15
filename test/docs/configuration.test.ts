import { readFileSync } from 'node:fs';
import { durationOf } from '429chain/plugin';
import { expect } from 'chai';
import { formatProblems, parseSettings } from '../../src/config/source/load.js';
import { startProxy } from '../proxy.js';
import { blocksOf, ROOT, readPage } from './pages.js';

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

  it('explains every setting', () => {
    const explained = new Set([...page.matchAll(/`[^`\n]+`/g)].flatMap(([code]) => code.match(/[$\w]+/g) ?? []));
    expect(settings.map(([name]) => name).filter((name) => !explained.has(name))).to.deep.equal([]);
  });

  it('tells the timeouts that are in force', async () => {
    const proxy = await startProxy({ providers: { groq: { type: 'groq' } }, chains: { default: ['groq/a-model'] } });
    try {
      const [target] = proxy.app.runtime.chains.all[0]?.targets ?? [];
      for (const [name, ms] of Object.entries(target?.timeouts ?? {})) {
        const told = schema.$defs?.timeouts?.properties?.[name]?.default;
        expect(durationOf(String(told)), name).to.equal(ms);
      }
      expect(Object.keys(target?.timeouts ?? {})).to.have.members(
        Object.keys(schema.$defs?.timeouts?.properties ?? {}),
      );
    } finally {
      await proxy.close();
    }
  });

  it('shows an error as it is told', () => {
    const result = parseSettings(MISSPELT, { file: FILE, env: {} });
    const told = result.ok ? 'nothing' : formatProblems(result.problems);
    expect(blocksOf('configuration.md', 'text').map(({ text }) => text.trim())).to.deep.equal([told]);
  });
});
