import { expect } from 'chai';
import { choicesOf, type KnownNames, matching, outlookOf } from '../../../admin-ui/src/data/playground/names.js';
import type { Explanation } from '../../../src/contract/explain.js';

const NAMES: KnownNames = {
  chains: {
    revision: '1',
    defaultChain: 'default',
    chains: [
      { name: 'default', targets: [{ target: 'groq/llama' }, { target: 'gemini/flash' }] },
      { name: 'small', targets: [{ target: 'groq/llama' }] },
    ],
  },
  targets: ['groq/llama', 'gemini/flash'],
  models: { groq: ['llama', 'openai/gpt-oss'] },
};

const explained = (more: Partial<Explanation> = {}): Explanation => ({
  chain: 'default',
  decision: { kind: 'asks', target: 'groq/llama' },
  targets: [],
  ...more,
});

describe('The names of the playground', () => {
  it('are chains, their targets, and further models, each once', () => {
    expect(choicesOf(NAMES).map(({ name, note }) => (note === '' ? name : `${name} (${note})`))).to.deep.equal([
      'default (2 targets, default)',
      'small (1 target)',
      'groq/llama',
      'gemini/flash',
      'groq/openai/gpt-oss',
    ]);
  });

  it('are found by words, those that begin with them first', () => {
    const found = (search: string) => matching(choicesOf(NAMES), search).map(({ name }) => name);
    expect(found('LLA groq')).to.deep.equal(['groq/llama']);
    expect(found('g')).to.deep.equal(['groq/llama', 'gemini/flash', 'groq/openai/gpt-oss']);
    expect(found('s')).to.deep.equal(['small', 'gemini/flash', 'groq/openai/gpt-oss']);
    expect(found('none such')).to.deep.equal([]);
  });

  for (const { model, explanation, kind = 'ok', says } of [
    { model: '', says: /^The default chain “default” answers\. Next: groq\/llama\.$/ },
    { model: 'default', says: /^The chain “default” answers\./ },
    {
      model: 'defualt',
      explanation: { unknownModel: true },
      kind: 'warn',
      says: /No chain or target is named “defualt”\. The default chain “default” answers\./,
    },
    { model: 'gpt-4o', explanation: { chain: 'small' }, says: /^“small”, of which this is an alias, answers\./ },
    { model: 'gemini/pro', explanation: { chain: 'gemini/pro' }, says: /^This target alone answers\./ },
    { model: 'groq/gone', explanation: { chain: 'groq/gone' }, kind: 'warn', says: /^groq does not list this model\./ },
    {
      model: 'small',
      explanation: { chain: 'small', decision: { kind: 'refuses', status: 429, message: 'All spent.' } },
      kind: 'warn',
      says: /^A request to the chain “small” would be refused now: All spent\./,
    },
    {
      model: 'small',
      explanation: { chain: 'small', decision: { kind: 'waits', targets: [], maxMs: 9 } },
      kind: 'warn',
      says: /^A request to the chain “small” would wait now\.$/,
    },
  ] as { model: string; explanation?: Partial<Explanation>; kind?: string; says: RegExp }[]) {
    it(`say what happens to a request for "${model}": ${says}`, () => {
      const outlook = outlookOf(model, explained(explanation), NAMES);
      expect(outlook.kind).to.equal(kind);
      expect(outlook.text).to.match(says);
    });
  }
});
