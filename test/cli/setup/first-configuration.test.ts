import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import JSON5 from 'json5';
import { type FirstChoice, firstConfiguration, type KnownModels } from '../../../src/cli/setup/first-configuration.js';
import { formatProblems, parseSettings } from '../../../src/config/source/load.js';

const EXAMPLE = readFileSync(new URL('../../../429chain.json5', import.meta.url), 'utf8');
const KEYLESS = ['ovh', 'kilo', 'opencode-zen', 'llm7'];
const NOTHING: FirstChoice = { without: [], added: [], local: undefined, models: new Map() };
const COHERE = {
  type: 'cohere',
  variable: 'COHERE_API_KEY',
  page: 'https://dashboard.cohere.com/api-keys',
  training: 'may train on requests',
};

const known = (listed: readonly string[], first: readonly string[]): KnownModels => ({
  listed: new Set(listed),
  first,
});

const written = (choice: Partial<FirstChoice>) => {
  const text = firstConfiguration(EXAMPLE, { ...NOTHING, ...choice });
  const { providers, chains } = JSON5.parse(text);
  const fast: string[] = chains.fast.targets;
  return { text, providers: Object.keys(providers), settings: providers, default: chains.default as string[], fast };
};

describe('firstConfiguration', () => {
  for (const [what, choice] of Object.entries<Partial<FirstChoice>>({
    nothing: {},
    'no provider without a key': { without: KEYLESS },
    'one provider without a key': { without: KEYLESS.slice(1) },
    'another provider with a key': { added: [COHERE], models: new Map([['cohere', known(['a'], ['a'])]]) },
    'a type with a dash in its name': {
      added: [{ ...COHERE, type: 'nvidia-nim', variable: 'NVIDIA_NIM_API_KEY' }],
      models: new Map([['nvidia-nim', known(['a/b'], ['a/b'])]]),
    },
    'a local server': { local: { type: 'ollama', model: 'qwen3:8b' } },
    'a local server elsewhere': { local: { type: 'ollama', baseUrl: 'http://10.0.0.1:9/v1', model: "it's" } },
    everything: {
      without: KEYLESS,
      added: [COHERE],
      local: { type: 'lm-studio', model: 'a' },
      models: new Map([['cohere', known(['a'], ['a'])]]),
    },
  })) {
    it(`writes a valid configuration for ${what}`, () => {
      const { text } = written(choice);
      const result = parseSettings(text, { env: {} });
      if (!result.ok) expect.fail(formatProblems(result.problems));
    });
  }

  it('leaves the example as it is if nothing is chosen', () => {
    expect(firstConfiguration(EXAMPLE, NOTHING)).to.equal(EXAMPLE);
  });

  it('leaves out providers without a key, with their targets and comments', () => {
    const { text, providers, ...chains } = written({ without: KEYLESS });
    expect(providers).to.deep.equal(['groq', 'gemini', 'mistral', 'openrouter']);
    for (const target of [...chains.default, ...chains.fast]) expect(target).to.match(/^(?:groq|gemini|mistral|openr)/);
    expect(text).not.to.match(/need no key|without any key|OVHcloud/);
    expect(text).to.contain('It needs at least one key');
  });

  it('adds other providers behind those with a key, with their variable, page and posture', () => {
    const models = new Map([['cohere', known(['command-x', 'command-a'], ['command-a'])]]);
    const { text, providers, ...chains } = written({ added: [COHERE], models });
    expect(providers.slice(3, 6)).to.deep.equal(['openrouter', 'cohere', 'ovh']);
    expect(chains.default.slice(3, 6)).to.deep.equal([
      'openrouter/openrouter/free',
      'cohere/command-a',
      'ovh/gpt-oss-120b',
    ]);
    expect(chains.fast.join()).not.to.contain('cohere');
    expect(text).to.match(/^\/\/ {3}COHERE_API_KEY +https:\/\/dashboard\.cohere\.com/m);
    expect(text).to.contain("cohere: { type: 'cohere', apiKey: '${COHERE_API_KEY}' }, // may train on requests\n");
  });

  it('puts a local server between those with a key and those without', () => {
    const { settings, ...chains } = written({
      local: { type: 'ollama', baseUrl: 'http://127.0.0.1:11435/v1', model: 'qwen3:8b' },
    });
    expect(settings.local).to.deep.equal({
      type: 'ollama',
      baseUrl: 'http://127.0.0.1:11435/v1',
      limits: [{ concurrent: 2 }],
    });
    expect(chains.default.slice(3, 6)).to.deep.equal([
      'openrouter/openrouter/free',
      'local/qwen3:8b',
      'ovh/gpt-oss-120b',
    ]);
  });

  it('replaces models that a list lacks, in their place, and keeps those that it has', () => {
    const models = new Map([
      ['groq', known(['new-large', 'openai/gpt-oss-20b'], ['new-large'])],
      ['ovh', known(['gpt-oss-120b', 'another'], ['gpt-oss-120b'])],
      ['kilo', known(['a:free'], [])],
    ]);
    const chains = written({ models });
    expect(chains.default[0]).to.equal('groq/new-large');
    expect(chains.fast[0]).to.equal('groq/openai/gpt-oss-20b');
    expect(chains.default.filter((target) => /^(?:ovh|kilo)/.test(target))).to.deep.equal(['ovh/gpt-oss-120b']);
    expect(chains.default[1]).to.equal('gemini/gemini-3.1-flash-lite');
  });
});
