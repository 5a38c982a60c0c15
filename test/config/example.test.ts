import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { PROVIDER_TYPES } from '../../plugins/providers/index.js';
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

const KEYLESS = ['ovh', 'kilo', 'opencode-zen', 'llm7'];

describe('The example configuration', () => {
  it('works without any key, in both chains', () => {
    const settings = load(text);
    expect(readyIn(settings)).to.deep.equal(KEYLESS);
    for (const { targets } of settings.chains) {
      expect(targets.some(({ provider }) => KEYLESS.includes(provider))).to.equal(true);
    }
  });

  it('asks providers without a key after all others', () => {
    for (const { targets } of load(text).chains) {
      const order = targets.map(({ provider }) => KEYLESS.includes(provider));
      expect(order).to.deep.equal(order.toSorted((one, other) => Number(one) - Number(other)));
    }
  });

  it('says for each provider whether it trains on requests', () => {
    for (const { id, type } of load(text).providers) {
      const { posture } = PROVIDER_TYPES[type]?.about?.training ?? {};
      const [line = ''] = new RegExp(`^ +'?${id}'?: .*$`, 'm').exec(text) ?? [];
      const says =
        posture === 'may'
          ? /may .*train|train on them/
          : posture === 'no'
            ? /^[^/]*(?:\/\/ does not train.*)?$/
            : /says nothing/;
      expect(line).to.match(says);
    }
  });

  for (const id of ['groq', 'gemini', 'mistral', 'openrouter']) {
    it(`works with only a key for ${id}, in both chains`, () => {
      const settings = load(text, { [`${id.toUpperCase()}_API_KEY`]: 'k' });
      expect(readyIn(settings)).to.deep.equal([id, ...KEYLESS]);
      expect(settings.chains.map(({ name }) => name)).to.deep.equal(['default', 'fast']);
      for (const chain of settings.chains) expect(chain.targets.some(({ provider }) => provider === id)).to.equal(true);
    });
  }

  it('stays valid when its commented lines are enabled', () => {
    const whole = text.replace(/^(\s*)\/\/ (?=(?:apiKeys|adminKey|local|plugins|'local).*,$)/gm, '$1');
    const settings = load(whole, { CHAIN_API_KEY: 'a', CHAIN_ADMIN_KEY: 'b' });
    expect(settings.server).to.deep.include({ apiKeys: [{ key: 'a', label: 'key 1' }], adminKey: 'b' });
    expect(readyIn(settings)).to.deep.equal([...KEYLESS, 'local']);
    const targets = settings.chains[0]?.targets.map(({ provider }) => provider) ?? [];
    expect(targets.indexOf('local')).to.equal(targets.indexOf('ovh') - 1);
    expect(settings.plugins).to.have.length(2);
  });
});
