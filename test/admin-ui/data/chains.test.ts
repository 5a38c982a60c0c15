import { expect } from 'chai';
import fc from 'fast-check';
import { differing } from '../../../admin-ui/src/data/chains/chain-defaults.js';
import { findChains, findPlaces } from '../../../admin-ui/src/data/chains/chain-search.js';
import { chainStateOf } from '../../../admin-ui/src/data/chains/chain-state.js';
import { nameOfCopy } from '../../../admin-ui/src/data/chains/chain-transfer.js';
import type { QuotaView, TargetView } from '../../../src/contract/admin-api.js';
import type { ChainSettingsView, ChainView } from '../../../src/contract/admin-configuration.js';

const chain = (name: string, ...targets: string[]): ChainView => ({
  name,
  targets: targets.map((target) => ({ target })),
});

describe('The search over chains', () => {
  const CHAINS = [
    chain('default', 'groq/llama-3.3', 'gemini/flash'),
    chain('Groq only', 'groq/llama-3.3'),
    chain('é', 'x/y'),
  ];
  const FOUND: readonly [text: string, found: readonly (readonly [string, (readonly number[])?])[]][] = [
    ['', [['default'], ['Groq only'], ['é']]],
    ['   ', [['default'], ['Groq only'], ['é']]],
    ['GROQ', [['default', [0]], ['Groq only']]],
    [
      'groq llama',
      [
        ['default', [0]],
        ['Groq only', [0]],
      ],
    ],
    ['default gemini', [['default', [1]]]],
    ['flash llama', []],
    ['É', [['é']]],
    ['x/y', [['é', [0]]]],
  ];
  for (const [text, found] of FOUND) {
    it(`finds ${found.length} chains for ${JSON.stringify(text)}`, () => {
      const names = findChains(CHAINS, text).map(({ chain, places }) =>
        places === undefined ? [chain.name] : [chain.name, places],
      );
      expect(names).to.deep.equal(found);
    });
  }

  const TARGETS = ['a/model-1', 'b/model-2', 'c/model-12', 'd/x'];
  const PLACES: readonly [text: string, places: readonly number[]][] = [
    ['', []],
    ['model', [0, 1, 2]],
    ['2', [1, 2]],
    ['#4', [3]],
    ['4', [3]],
    ['0', []],
    ['5', []],
    ['b model', [1]],
    ['#', []],
  ];
  for (const [text, places] of PLACES) {
    it(`finds the places [${places}] for ${JSON.stringify(text)}`, () => {
      expect(findPlaces(TARGETS, text)).to.deep.equal(places);
    });
  }

  it('names each target by its place, whatever it is called', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 30 }), fc.nat(), (targets, at) => {
        const place = at % targets.length;
        expect(findPlaces(targets, `${place + 1}`)[0]).to.equal(place);
      }),
      { numRuns: 50 },
    );
  });
});

describe('The line of a folded chain', () => {
  const quota = (more: Partial<QuotaView>): QuotaView => ({
    scope: 'a/x',
    dimension: 'requests',
    window: '1m',
    inFlight: 0,
    source: 'known',
    ...more,
  });
  const view = (target: string, more: Partial<TargetView> = {}): TargetView => ({
    target,
    chains: ['c'],
    state: 'tracking',
    inFlight: 0,
    quotas: [],
    ...more,
  });
  const lines = (targets: readonly string[], views: readonly TargetView[]) =>
    chainStateOf(chain('c', ...targets), views);

  it('counts what can be asked, and what is known to be left', () => {
    const { usable, next, left, targets } = lines(
      ['a/x', 'b/x', 'c/x', 'd/x'],
      [
        view('a/x', { state: 'exhausted', until: 5 }),
        view('b/x', { quotas: [quota({ scope: 'b/x', limit: 10, remaining: 5 })] }),
        view('c/x', { state: 'available' }),
        view('d/x', { state: 'disabled' }),
      ],
    );
    expect({ usable, next, left }).to.deep.equal({ usable: 2, next: 'b/x', left: 0.5 });
    expect(targets.map(({ kind }) => kind)).to.deep.equal(['resting', 'usable', 'usable', 'off']);
  });

  it('says when the first target is back if none can be asked', () => {
    const views = [
      view('a/x', { state: 'exhausted', until: 9 }),
      view('b/x', { state: 'exhausted', until: 5 }),
      view('c/x', { state: 'exhausted' }),
    ];
    expect(lines(['a/x', 'b/x', 'c/x'], views)).to.include({ usable: 0, backAt: 5 });
  });

  it('counts a target with several keys once, as usable if one of them is', () => {
    const views = [view('a:one/x', { state: 'exhausted', until: 9 }), view('a:two/x')];
    expect(lines(['a/x'], views)).to.include({ usable: 1, next: 'a/x' });
  });

  it('leaves out what its rules forbid, and what no saved chain has', () => {
    const views = [view('a/x', { forbidden: [{ chain: 'c', reason: 'not free' }] })];
    const { usable, targets, left } = lines(['a/x', 'b/x'], views);
    expect(usable).to.equal(0);
    expect(left).to.equal(undefined);
    expect(targets.map(({ kind }) => kind)).to.deep.equal(['off', 'unknown']);
  });
});

describe('The settings that differ from their default', () => {
  const DIFFERING: readonly [settings: ChainSettingsView, keys: readonly string[]][] = [
    [{}, []],
    [{ maxWait: '30s', patience: '0ms', retries: 0, resume: true, onModeration: 'return' }, []],
    [{ maxWait: '30000ms', timeouts: { idle: '1m', connect: '10s' } }, []],
    [{ maxWait: '31s', retries: 1, resume: false }, ['maxWait', 'retries', 'resume']],
    [{ free: 'any', privacy: 'no-training' }, ['free', 'privacy']],
    [{ timeouts: { idle: '9s', total: '10m' } }, ['idle']],
    [{ maxWait: 'soon' }, ['maxWait']],
    [{ resumeInstruction: 'Go on', sameVectors: true }, []],
  ];
  for (const [settings, keys] of DIFFERING) {
    it(`are [${keys}] of ${JSON.stringify(settings)}`, () => {
      expect(differing(settings)).to.deep.equal(keys);
    });
  }
});

describe('The name of a copy', () => {
  for (const [name, taken, copy] of [
    ['fast', ['fast'], 'fast 2'],
    ['fast', ['fast', 'fast 2', 'fast 3'], 'fast 4'],
    ['fast 2', ['fast', 'fast 2'], 'fast 3'],
    ['2', ['2'], '2 2'],
    ['gpt 4o', ['gpt 4o'], 'gpt 4o 2'],
  ] as const) {
    it(`of ${name} beside ${taken.join(', ')} is ${copy}`, () => {
      expect(nameOfCopy(name, taken)).to.equal(copy);
    });
  }
});
