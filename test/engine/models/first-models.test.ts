import type { ModelView, ProviderType } from '429chain/plugin';
import { expect } from 'chai';
import { firstModels } from '../../../src/engine/models/first-models.js';

const type = (named: readonly string[], more: Partial<ProviderType> = {}): ProviderType => ({
  about: { title: 'T', offers: [{ kind: 'recurring', examples: named }] },
  ...more,
});
/** A type whose offer without a key names models, and another one with a key. */
const keyless = (...named: readonly string[]): ProviderType => ({
  about: {
    title: 'T',
    offers: [
      { kind: 'keyless', examples: named },
      { kind: 'recurring', examples: ['with-key'] },
      { kind: 'one-time', examples: ['once'] },
    ],
  },
  keyless: 'address',
});
const list = (...models: (string | ModelView)[]): ModelView[] =>
  models.map((model) => (typeof model === 'string' ? { id: model } : model));
const free = (id: string): ModelView => ({ id, free: true });
const paid = (id: string): ModelView => ({ id, free: false });

type Case = readonly [
  what: string,
  type: ProviderType,
  models: readonly ModelView[] | undefined,
  hasKey: boolean,
  expected: readonly string[],
];

const CASES: readonly Case[] = [
  ['the first named one without a list', type(['a', 'b']), undefined, true, ['a']],
  ['the first named one for an empty list', type(['a']), [], true, ['a']],
  ['two named ones without a key', keyless('a', 'b', 'c'), undefined, false, ['a', 'b']],
  ['what is offered with a key to a provider with one', keyless('a'), undefined, true, ['with-key']],
  ['nothing for a type that names none, without a list', { about: { title: 'T' } }, undefined, true, []],
  [
    'nothing that is given only once',
    { about: { title: 'T', offers: [{ kind: 'one-time', examples: ['a'] }] } },
    undefined,
    true,
    [],
  ],
  ['the first named one that is listed', type(['a', 'b', 'c']), list('c', 'x', 'b'), true, ['b']],
  ['a named one that the list calls free', type(['a']), list(paid('x'), free('a')), true, ['a']],
  ['a free one in place of a named one that has a price now', type(['a']), list(free('x'), paid('a')), true, ['x']],
  ['one for a type that names none', { about: { title: 'T' } }, list(free('x'), free('y')), true, ['x']],
  ['nothing with a key, of a list that knows no prices', type(['a']), list('x', 'y'), true, []],
  ['any two without a key, of a list that knows no prices', keyless('a'), list('x', 'y', 'z'), false, ['x', 'y']],
  ['none that has a price, without a key', keyless('a'), list(paid('x')), false, []],
  ['free ones without a key, of a list that says so', keyless('a'), list('x', free('y')), false, ['y']],
  ['nothing when a keyless provider has a key, which is charged', keyless('a'), list('x'), true, []],
];

describe('firstModels', () => {
  for (const [what, providerType, models, hasKey, expected] of CASES) {
    it(`returns ${what}`, () => {
      expect(firstModels(providerType, models, hasKey)).to.deep.equal(expected);
    });
  }

  for (const id of [
    'bge-m3',
    'text-embedding-3-small',
    'whisper-large-v3',
    'stable-diffusion-xl-base-v10',
    'Llama-Guard-3-8B',
    'gpt-image-2',
    'playai-tts',
    'bge-reranker-v2',
    'mistral-ocr-latest',
  ]) {
    it(`passes over ${id}, which cannot chat`, () => {
      expect(firstModels(type([]), list(free(id), free('qwen3-32b')), true)).to.deep.equal(['qwen3-32b']);
    });
  }

  it('takes models whose names only look like other tasks', () => {
    for (const id of ['guardian-chat', 'imagine-7b', 'speechless-13b']) {
      expect(firstModels(type([]), list(free(id)), true)).to.deep.equal([id]);
    }
  });
});
