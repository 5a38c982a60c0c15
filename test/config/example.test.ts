import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Settings } from '../../src/config/settings.js';
import { formatProblems, parseSettings } from '../../src/config/source/load.js';

const file = fileURLToPath(new URL('../../429chain.json5', import.meta.url));
const text = readFileSync(file, 'utf8');

const load = (content: string, env: Record<string, string> = {}): Settings => {
  const result = parseSettings(content, { file, env });
  if (!result.ok) expect.fail(formatProblems(result.problems));
  return result.settings;
};

const readyIn = (settings: Settings): string[] =>
  settings.providers.filter(({ missing }) => missing.length === 0).map(({ id }) => id);

describe('The example configuration', () => {
  it('is valid without any key', () => {
    expect(readyIn(load(text))).to.deep.equal([]);
  });

  for (const id of ['groq', 'cerebras', 'openrouter']) {
    it(`works with only a key for ${id}, in both chains`, () => {
      const settings = load(text, { [`${id.toUpperCase()}_API_KEY`]: 'k' });
      expect(readyIn(settings)).to.deep.equal([id]);
      expect(settings.chains.map(({ name }) => name)).to.deep.equal(['default', 'fast']);
      for (const chain of settings.chains) expect(chain.targets.some(({ provider }) => provider === id)).to.equal(true);
    });
  }

  it('stays valid when its commented lines are enabled', () => {
    const whole = text.replace(/^(\s*)\/\/ (?=(?:apiKeys|adminKey|local|plugins|'local).*,$)/gm, '$1');
    const settings = load(whole, { CHAIN_API_KEY: 'a', CHAIN_ADMIN_KEY: 'b' });
    expect(settings.server).to.deep.include({ apiKeys: [{ key: 'a', label: 'key 1' }], adminKey: 'b' });
    expect(readyIn(settings)).to.deep.equal(['local']);
    expect(settings.chains[0]?.targets.at(-1)?.provider).to.equal('local');
    expect(settings.plugins).to.have.length(2);
  });
});
