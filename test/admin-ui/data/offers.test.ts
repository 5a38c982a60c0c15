import { expect } from 'chai';
import { withFirst } from '../../../admin-ui/src/data/chains/first-chain.js';
import { groupsOf, keyTime, nextFreeKey, trainingWords } from '../../../admin-ui/src/data/providers/offers.js';
import { nameFor, type Providers } from '../../../admin-ui/src/data/providers/providers.js';
import type { ProviderTypeView, ProviderView } from '../../../src/contract/admin-configuration.js';

const type = (name: string, more: Partial<ProviderTypeView> = {}): ProviderTypeView => ({
  type: name,
  title: name,
  plugin: 'providers',
  needsKey: true,
  keyless: false,
  training: { posture: 'unknown' },
  ...more,
});
const freeKey = (name: string, more: Partial<ProviderTypeView> = {}): ProviderTypeView =>
  type(name, { needsCard: false, keyUrl: 'https://a.example/keys', ...more });
const provider = (id: string, more: Partial<ProviderView> = {}): ProviderView => ({
  id,
  type: id,
  enabled: true,
  limits: [],
  timeouts: {},
  headers: {},
  options: {},
  key: { kind: 'set' },
  state: 'usable',
  health: { state: 'unknown', hour: { served: 0, failed: 0, limited: 0, steps: [] } },
  chains: [],
  ...more,
});

const KEYLESS = { needsKey: false, keyless: true };
const TYPES = [
  freeKey('groq'),
  type('cerebras', { needsCard: true, keyUrl: 'https://b.example' }),
  freeKey('mistral'),
  type('ovh', KEYLESS),
  freeKey('llm7', KEYLESS),
  type('ollama', { needsKey: false }),
  freeKey('cohere'),
];

describe('Offers', () => {
  it('are grouped: free keys without a card, those without a key, own servers, all others', () => {
    expect(groupsOf(TYPES).map(({ title, types }) => [title, types.map((each) => each.type)])).to.deep.equal([
      ['Free keys', ['groq', 'mistral', 'cohere']],
      ['Without a key', ['ovh', 'llm7']],
      ['Your own server', ['ollama']],
      ['Others', ['cerebras']],
    ]);
  });

  it('without an empty group', () => {
    expect(groupsOf([type('a')]).map(({ title }) => title)).to.deep.equal(['Others']);
  });

  for (const [what, from, have, expected] of [
    ['the one behind it', 'groq', [], 'mistral'],
    ['the one behind it that is not there yet', 'groq', ['mistral'], 'cohere'],
    ['the first one again behind the last', 'cohere', [], 'groq'],
    ['the first one from a type of another group', 'ollama', [], 'groq'],
    ['nothing when all are there', 'groq', ['groq', 'mistral', 'cohere'], undefined],
  ] as const) {
    it(`have ${what} as the next free key`, () => {
      const providers = have.map((id) => provider(id));
      expect(nextFreeKey(from, TYPES, providers)?.type).to.equal(expected);
    });
  }

  it('say whether they train, and how long a key takes', () => {
    expect(trainingWords({ posture: 'may', note: 'The account can opt out.' })).to.equal(
      'May train on requests. The account can opt out.',
    );
    expect(
      [1, 5, undefined].map((keyMinutes) => keyTime(type('a', keyMinutes === undefined ? {} : { keyMinutes }))),
    ).to.deep.equal(['about 1 minute', 'about 5 minutes', '']);
  });
});

describe('The first chain', () => {
  const providers: Providers = {
    revision: 'r',
    types: TYPES,
    providers: [
      provider('groq'),
      provider('ovh', { key: { kind: 'none' } }),
      provider('llm7', { key: { kind: 'none' } }),
      provider('with-a-token', { type: 'llm7' }),
      provider('ollama', { key: { kind: 'none' } }),
    ],
  };

  for (const [what, targets, first, expected] of [
    [
      'puts new targets in front of those without a key',
      ['ollama/q', 'ovh/a', 'llm7/b'],
      ['groq/x'],
      ['ollama/q', 'groq/x', 'ovh/a', 'llm7/b'],
    ],
    ['puts new targets without a key at the end', ['groq/x', 'ovh/a'], ['llm7/b'], ['groq/x', 'ovh/a', 'llm7/b']],
    ['counts a keyless type with a key among the others', ['with-a-token/m'], ['groq/x'], ['with-a-token/m', 'groq/x']],
    ['adds no target twice', ['ovh/a'], ['ovh/a'], ['ovh/a']],
    ['begins empty', [], ['groq/x'], ['groq/x']],
  ] as const) {
    it(what, () => {
      expect(withFirst(targets, first, providers)).to.deep.equal(expected);
    });
  }
});

describe('The name for a provider', () => {
  const local = { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1' };
  const there = [provider('local', local), provider('groq'), provider('ovh', { key: { kind: 'none' } })];

  for (const [what, of, baseUrl, expected] of [
    ['is its type', 'mistral', undefined, 'mistral'],
    ['is that of the same type that is there', 'groq', undefined, 'groq'],
    ['is that of the same server that is there', 'openai-compatible', 'http://127.0.0.1:1/v1', 'local'],
    ['has a number for another server', 'openai-compatible', 'http://127.0.0.1:2/v1', 'local-2'],
    ['has a number for a type at another address', 'groq', 'https://proxy.example/v1', 'groq-2'],
  ] as const) {
    it(what, () => {
      expect(nameFor(of, baseUrl, there)).to.equal(expected);
    });
  }

  it('has a number if the one that is there has a key and this one has none', () => {
    expect(nameFor('groq', undefined, there, ({ key }) => key.kind === 'none')).to.equal('groq-2');
    expect(nameFor('ovh', undefined, there, ({ key }) => key.kind === 'none')).to.equal('ovh');
  });
});
