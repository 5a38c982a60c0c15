import { expect } from 'chai';
import { bareModel, isEmbeddingModel } from '../../../src/engine/surfaces/embedding-model.js';

/** Names of the same model at different providers. */
const SAME: readonly (readonly string[])[] = [
  [
    'BAAI/bge-m3',
    'bge-m3',
    '@cf/baai/bge-m3',
    'bge-m3:latest',
    'bge-m3-GGUF',
    'bge-m3:f16',
    'bge-m3-Q8_0',
    'bge-m3.Q4_K_M.gguf',
  ],
  ['text-embedding-3-small', 'openai/text-embedding-3-small'],
  [
    'nomic-ai/nomic-embed-text-v1.5',
    'nomic-embed-text:v1.5',
    'nomic-embed-text-v1.5-Q4_K_M',
    'nomic-embed-text-v1.5:free',
  ],
  [
    'Qwen/Qwen3-Embedding-0.6B',
    'qwen3-embedding:0.6b',
    'Qwen3-Embedding-0.6B-GGUF',
    'qwen3-embedding:0.6b-fp16',
    'Qwen3-Embedding-0.6B-4bit',
  ],
  ['cohere.embed-english-v3', 'embed-english-v3'],
  ['intfloat/multilingual-e5-large', 'multilingual-e5-large-int8'],
];

const DIFFERENT: readonly (readonly [string, string])[] = [
  ['text-embedding-3-small', 'text-embedding-3-large'],
  ['bge-m3', 'bge-large-en-v1.5'],
  ['qwen3-embedding:0.6b', 'qwen3-embedding:8b'],
  ['embed-english-v3.0', 'embed-multilingual-v3.0'],
  ['gemini-embedding-001', 'gemini-embedding-002'],
  ['multilingual-e5-small', 'multilingual-e5-large'],
];

const VECTORS = [
  'text-embedding-3-small',
  'BAAI/bge-m3',
  'all-MiniLM-L6-v2',
  'intfloat/e5-large-v2',
  'thenlper/gte-large',
  'voyage-3-lite',
  'mistral-embed',
  'nvidia/nv-embedqa-e5-v5',
  'nvidia/nemoretriever-300m-embed-v1',
  '@cf/baai/bge-base-en-v1.5',
];
const OTHERS = [
  'gpt-4o',
  'llama-3.3-70b',
  'BAAI/bge-reranker-v2-m3',
  'gte-reranker',
  'a-model',
  'whisper-large-v3',
  'mistral-large',
  'forge5',
  'qwen3-8b',
];

describe('The name of an embedding model', () => {
  for (const names of SAME) {
    it(`is the same for ${names.join(', ')}`, () => {
      expect([...new Set(names.map(bareModel))]).to.have.length(1);
    });
  }

  for (const [one, other] of DIFFERENT) {
    it(`is not the same for ${one} and ${other}`, () => {
      expect(bareModel(one)).not.to.equal(bareModel(other));
    });
  }

  it('says that a model returns vectors', () => {
    expect(VECTORS.filter((model) => !isEmbeddingModel(model))).to.deep.equal([]);
    expect(OTHERS.filter(isEmbeddingModel)).to.deep.equal([]);
  });
});
