import { expect } from 'chai';
import providers from '../../../plugins/providers/index.js';
import { modelsIn } from '../../../src/engine/models/model-list.js';
import { hostOf } from '../../plugins/simulated-host.js';

const OPENROUTER = [
  {
    id: 'maker/paid',
    name: 'Maker: Paid',
    created: 1_700_000_000,
    context_length: 131_072,
    architecture: { input_modalities: ['text', 'image'], output_modalities: ['text'] },
    pricing: { prompt: '0.0000006', completion: '0.0000018', request: '0', image: '0' },
    top_provider: { max_completion_tokens: 8_192 },
    supported_parameters: ['tools', 'reasoning', 'temperature'],
  },
  {
    id: 'maker/gift:free',
    created: 1_600_000_000,
    pricing: { prompt: '0', completion: '0' },
    supported_parameters: [],
  },
  { id: 'openrouter/auto', created: 1_500_000_000, pricing: { prompt: '-1', completion: '-1' } },
  { id: 'maker/painter', pricing: { prompt: '0', completion: '0' }, architecture: { output_modalities: ['image'] } },
  { id: 'maker/hidden-cost', pricing: { prompt: '0', completion: '0', request: '0.01' } },
];

const CASES: readonly { what: string; type: string; answer: unknown; models: unknown }[] = [
  {
    what: "OpenRouter's, free models first, with price, window and abilities, without image models",
    type: 'openrouter',
    answer: { data: OPENROUTER },
    models: [
      {
        id: 'maker/gift:free',
        created: 1_600_000_000_000,
        price: { input: 0, output: 0 },
        free: true,
        tools: false,
        reasoning: false,
      },
      {
        id: 'maker/paid',
        name: 'Maker: Paid',
        created: 1_700_000_000_000,
        contextWindow: 131_072,
        maxOutput: 8_192,
        price: { input: 0.6, output: 1.8 },
        free: false,
        vision: true,
        tools: true,
        reasoning: true,
      },
      { id: 'openrouter/auto', created: 1_500_000_000_000, free: false },
      { id: 'maker/hidden-cost', price: { input: 0, output: 0 }, free: false },
    ],
  },
  {
    what: "Groq's, all within the free tier, newest first, without speech models and inactive ones",
    type: 'groq',
    answer: {
      data: [
        { id: 'old', created: 1, active: true, context_window: 8_192, max_completion_tokens: 4_096 },
        { id: 'new', created: 2, active: true },
        { id: 'gone', created: 3, active: false },
        { id: 'whisper-large-v3', created: 4, active: true },
        { id: 'meta-llama/llama-prompt-guard-2-86m', created: 5, active: true },
      ],
    },
    models: [
      { id: 'new', created: 2_000, free: true },
      { id: 'old', created: 1_000, free: true, contextWindow: 8_192, maxOutput: 4_096 },
    ],
  },
  {
    what: "Cerebras', which contains only names of models that credit pays for",
    type: 'cerebras',
    answer: { data: [{ id: 'b' }, { id: 'a' }] },
    models: [
      { id: 'a', free: false },
      { id: 'b', free: false },
    ],
  },
  {
    what: "Mistral's, with the abilities of its models",
    type: 'openai-compatible',
    answer: {
      data: [
        {
          id: 'talks',
          max_context_length: 5,
          capabilities: { completion_chat: true, vision: true, function_calling: false },
        },
        { id: 'embeds', capabilities: { completion_chat: false } },
      ],
    },
    models: [{ id: 'talks', contextWindow: 5, vision: true, tools: false }],
  },
  {
    what: "vLLM's, without a statement about prices",
    type: 'openai-compatible',
    answer: { data: [{ id: 'mine', max_model_len: 4_096, created: 0 }] },
    models: [{ id: 'mine', contextWindow: 4_096 }],
  },
  {
    what: "Cloudflare's, which has its own names, and models that do other things",
    type: 'cloudflare',
    answer: {
      result: [
        {
          id: 'uuid-1',
          name: '@cf/talks',
          task: { name: 'Text Generation' },
          properties: [
            { property_id: 'context_window', value: '32000' },
            { property_id: 'function_calling', value: 'true' },
          ],
        },
        { id: 'uuid-2', name: '@cf/embeds', task: { name: 'Text Embeddings' } },
        { id: 'uuid-3', name: '@cf/plain', task: { name: 'Text Generation' }, properties: null },
      ],
    },
    models: [
      { id: '@cf/plain', name: '@cf/plain', free: true },
      { id: '@cf/talks', name: '@cf/talks', free: true, contextWindow: 32_000, tools: true },
    ],
  },
  {
    what: "Cohere's, without models that are deprecated or cannot chat",
    type: 'cohere',
    answer: {
      models: [
        { name: 'command-a', endpoints: ['chat'], context_length: 256_000 },
        { name: 'embed', endpoints: ['embed'] },
        { name: 'old', endpoints: ['chat'], is_deprecated: true },
      ],
    },
    models: [{ id: 'command-a', name: 'command-a', free: true, contextWindow: 256_000 }],
  },
  {
    what: "Z.ai's, with the free models that it lacks",
    type: 'zai',
    answer: { data: [{ id: 'glm-5' }, { id: 'glm-4.5-flash' }] },
    models: [
      { id: 'glm-4.5-flash', free: true },
      { id: 'glm-4.6v-flash', free: true },
      { id: 'glm-4.7-flash', free: true },
      { id: 'glm-5', free: false },
    ],
  },
  {
    what: "Z.ai's, when it is empty",
    type: 'zai',
    answer: { data: [] },
    models: ['5', '6v', '7'].map((version) => ({ id: `glm-4.${version}-flash`, free: true })),
  },
  {
    what: "Gemini's, which puts a folder before its ids",
    type: 'gemini',
    answer: { data: [{ id: 'models/gemini-2.5-pro' }, { id: 'models/gemini-3.5-flash' }] },
    models: [
      { id: 'gemini-3.5-flash', free: true },
      { id: 'gemini-2.5-pro', free: false },
    ],
  },
  {
    what: "Kilo's, in the form of OpenRouter's",
    type: 'kilo',
    answer: {
      data: [{ id: 'a/b', pricing: { prompt: '0.000001', completion: '0.000002' } }, { id: 'kilo-auto/free' }],
    },
    models: [
      { id: 'kilo-auto/free', free: true },
      { id: 'a/b', price: { input: 1, output: 2 }, free: false },
    ],
  },
  {
    what: "LLM7's, which says what must be paid",
    type: 'llm7',
    answer: { data: [{ id: 'pro', usage_based_only: true }, { id: 'turbo', usage_based_only: false }, { id: 'odd' }] },
    models: [{ id: 'turbo', free: true }, { id: 'odd' }, { id: 'pro', free: false }],
  },
  {
    what: 'a list in an unknown format, as undefined',
    type: 'openai-compatible',
    answer: { models: [] },
    models: undefined,
  },
];

describe("A provider's list of models", () => {
  for (const { what, type, answer, models } of CASES) {
    it(`is read: ${what}`, async () => {
      const { types } = await hostOf([providers]);
      expect(modelsIn(answer, types.get(type) ?? {})).to.deep.equal(models);
    });
  }
});
