import type { ModelView, ProviderType } from '429chain/plugin';
import { expect } from 'chai';
import { firstModels } from '../../../src/engine/models/first-models.js';

const type = (named: readonly string[], more: Partial<ProviderType> = {}): ProviderType => ({
  about: { title: 'T', firstModels: named },
  ...more,
});
const list = (...models: (string | ModelView)[]): ModelView[] =>
  models.map((model) => (typeof model === 'string' ? { id: model } : model));
const free = (id: string): ModelView => ({ id, free: true });
const paid = (id: string): ModelView => ({ id, free: false });
const KEYLESS = { keyless: 'address' } as const;

/** The type, its list, whether it has a key, and the models to choose. */
const CASES: readonly (readonly [
  string,
  ProviderType,
  readonly ModelView[] | undefined,
  boolean,
  readonly string[],
])[] = [
  ['the named ones without a list', type(['a', 'b']), undefined, true, ['a', 'b']],
  ['the named ones for an empty list', type(['a']), [], true, ['a']],
  ['nothing for a type that names none, without a list', { about: { title: 'T' } }, undefined, true, []],
  ['the named ones that are listed, in their order', type(['a', 'b', 'c']), list('c', 'x', 'a'), true, ['a', 'c']],
  ['a named one that the list calls free', type(['a']), list(paid('x'), free('a')), true, ['a']],
  ['free ones in place of a named one that has a price now', type(['a']), list(free('x'), paid('a')), true, ['x']],
  ['as many as are named', type(['a', 'b']), list(free('x'), free('y'), free('z')), true, ['x', 'y']],
  ['one for a type that names none', { about: { title: 'T' } }, list(free('x'), free('y')), true, ['x']],
  ['nothing with a key, of a list that knows no prices', type(['a']), list('x', 'y'), true, []],
  ['any without a key, of a list that knows no prices', type(['a'], KEYLESS), list('x', 'y'), false, ['x']],
  ['none that has a price, without a key', type(['a'], KEYLESS), list(paid('x')), false, []],
  ['free ones without a key, of a list that says so', type(['a'], KEYLESS), list('x', free('y')), false, ['y']],
  ['nothing when a keyless provider has a key, which is charged', type(['a'], KEYLESS), list('x'), true, []],
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
