import type { ModelView, ProviderType } from '429chain/plugin';
import { expect } from 'chai';
import { PROVIDER_TYPES } from '../../../plugins/providers/index.js';
import type { TargetFacts } from '../../../src/engine/rules/facts.js';
import { freeOf } from '../../../src/engine/rules/free.js';
import { freeText } from '../../../src/engine/rules/standing.js';
import { addressOf } from '../../../src/plugin/readers/address.js';

interface Case {
  readonly type: string;
  readonly model: string;
  /** Default: false. */
  readonly keyless?: boolean;
  /** Default: the type's own. */
  readonly baseUrl?: string;
  readonly stated?: boolean;
  readonly listed?: Partial<ModelView>;
  readonly free: boolean | 'unknown';
  readonly why: RegExp;
}

const PAID = { price: { input: 0.1, output: 0.4 }, free: false };
const READ_AT = Date.UTC(2026, 10, 30, 12);

const CASES: readonly Case[] = [
  // By the catalogue.
  { type: 'groq', model: 'openai/gpt-oss-120b', free: true, why: /^the free tier of Groq covers it/ },
  { type: 'cohere', model: 'command-a-03-2025', free: true, why: /Cohere covers it/ },
  { type: 'nvidia-nim', model: 'meta/llama', free: true, why: /NVIDIA NIM covers it/ },
  { type: 'modelscope', model: 'Qwen/Qwen3.5-35B-A3B', free: true, why: /ModelScope covers it/ },
  { type: 'mistral', model: 'mistral-small-latest', free: true, why: /Mistral covers it/ },
  { type: 'gemini', model: 'gemini-3.5-flash', free: true, why: /Google Gemini covers it/ },
  { type: 'gemini', model: 'models/gemma-3-27b-it', free: true, why: /Google Gemini covers it/ },
  { type: 'gemini', model: 'gemini-2.5-pro', free: false, why: /not among the free models of Google Gemini/ },
  { type: 'cloudflare', model: '@cf/openai/gpt-oss-120b', free: true, why: /Cloudflare Workers AI covers it/ },
  { type: 'cloudflare', model: '@cf/moonshotai/kimi-k2.6', free: false, why: /not among the free models/ },
  { type: 'zai', model: 'glm-4.7-flash', free: true, why: /^Z\.ai offers it at no charge/ },
  { type: 'zai', model: 'glm-5', free: false, why: /not among the free models of Z\.ai/ },
  { type: 'cerebras', model: 'gpt-oss-120b', free: false, why: /^Cerebras gives credit once, and requests spend it/ },
  { type: 'fireworks', model: 'a-model', free: false, why: /^Fireworks.* gives credit once/ },
  { type: 'deepseek', model: 'deepseek-chat', free: false, why: /^DeepSeek has no free offer/ },
  { type: 'moonshot', model: 'kimi-k2', free: false, why: /has no free offer/ },
  { type: 'sambanova', model: 'a-model', free: false, why: /^SambaNova.* has no free offer/ },
  { type: 'together', model: 'meta/llama', free: false, why: /not among the free models of Together/ },
  { type: 'huggingface', model: 'org/name', free: 'unknown', why: /does not say which of its models are free/ },
  { type: 'vercel', model: 'maker/model', free: 'unknown', why: /does not say which of its models are free/ },
  { type: 'ollama-cloud', model: 'a-model', free: 'unknown', why: /does not say which of its models are free/ },
  { type: 'siliconflow', model: 'Qwen/Qwen3-8B', free: 'unknown', why: /does not say which of its models are free/ },
  // By pool, and by the list.
  { type: 'openrouter', model: 'google/gemma-4-31b-it:free', free: true, why: /^OpenRouter offers it at no charge/ },
  { type: 'openrouter', model: 'openai/gpt-5', free: false, why: /not among the free models of OpenRouter/ },
  { type: 'openrouter', model: 'openai/gpt-5', listed: PAID, free: false, why: /\$0\.1 and \$0\.4 per million/ },
  {
    type: 'openrouter',
    model: 'stealth/new',
    listed: { price: { input: 0, output: 0 }, free: true },
    free: true,
    why: /lists it as free/,
  },
  { type: 'openrouter', model: 'odd:free', listed: { ...PAID, free: true }, free: false, why: /charges/ },
  // A price for each request, and none for tokens.
  {
    type: 'openrouter',
    model: 'x/y',
    listed: { price: { input: 0, output: 0 }, free: false },
    free: false,
    why: /lists it as not free/,
  },
  {
    type: 'openrouter',
    model: 'openrouter/auto',
    listed: { free: false },
    free: false,
    why: /not among the free models/,
  },
  { type: 'openrouter', model: 'google/gemma-4-31b-it:free:online', free: false, why: /not among the free models/ },
  { type: 'kilo', model: 'kilo-auto/free', keyless: true, free: true, why: /^Kilo Gateway needs no key for it/ },
  { type: 'kilo', model: 'maker/model:free', free: true, why: /^Kilo Gateway offers it at no charge/ },
  { type: 'kilo', model: 'maker/model', free: false, why: /not among the free models of Kilo/ },
  { type: 'kilo', model: 'x/paid', listed: PAID, free: false, why: /charges/ },
  {
    type: 'llm7',
    model: 'pro-model',
    keyless: true,
    listed: { free: false },
    free: false,
    why: /lists it as not free/,
  },
  { type: 'llm7', model: 'turbo-model', listed: { free: true }, free: true, why: /lists it as free/ },
  // Without a key.
  { type: 'ovh', model: 'gpt-oss-120b', keyless: true, free: true, why: /^OVHcloud.* needs no key for it/ },
  { type: 'ovh', model: 'gpt-oss-120b', free: false, why: /^OVHcloud.* is free only without a key/ },
  { type: 'opencode-zen', model: 'big-pickle', free: 'unknown', why: /does not say which/ },
  { type: 'llm7', model: 'unlisted', keyless: true, free: true, why: /no account to charge/ },
  { type: 'llm7', model: 'unlisted', free: 'unknown', why: /does not say which/ },
  { type: 'opencode-zen', model: 'big-pickle', keyless: true, free: true, why: /sends no key/ },
  // Servers of your own.
  { type: 'ollama', model: 'qwen3:8b', keyless: true, free: true, why: /in your own network/ },
  { type: 'ollama', model: 'qwen3:8b', baseUrl: 'http://192.168.1.20:11434/v1', free: true, why: /own network/ },
  { type: 'ollama', model: 'qwen3:8b', baseUrl: 'http://nas.local:11434/v1', free: true, why: /own network/ },
  {
    type: 'ollama',
    model: 'qwen3:8b',
    baseUrl: 'https://gpu.example.com/v1',
    free: 'unknown',
    why: /gpu\.example\.com is not in your own network/,
  },
  {
    type: 'ollama',
    model: 'gpt-oss:120b-cloud',
    keyless: true,
    free: 'unknown',
    why: /passes this model on to a cloud/,
  },
  { type: 'lm-studio', model: 'a-model', keyless: true, free: true, why: /own network/ },
  { type: 'vllm', model: 'a-model', baseUrl: 'http://[fd00::7]:8000/v1', free: true, why: /own network/ },
  { type: 'llama-cpp', model: 'a-model', keyless: true, free: true, why: /own network/ },
  // Other addresses than those of the provider.
  {
    type: 'gemini',
    model: 'gemini-2.5-flash',
    baseUrl: 'https://aiplatform.googleapis.com/v1/projects/a/locations/b/endpoints/openapi',
    free: 'unknown',
    why: /^its address aiplatform\.googleapis\.com is not that of Google Gemini$/,
  },
  {
    type: 'groq',
    model: 'openai/gpt-oss-120b',
    baseUrl: 'https://relay.example.com/v1',
    stated: true,
    free: true,
    why: /the configuration says/,
  },
  {
    type: 'groq',
    model: 'openai/gpt-oss-120b',
    baseUrl: 'http://127.0.0.1:9/v1',
    free: true,
    why: /free tier of Groq/,
  },
  {
    type: 'zai',
    model: 'glm-4.7-flash',
    baseUrl: 'https://open.bigmodel.cn/api/paas/v4',
    free: true,
    why: /at no charge/,
  },
  // A type without facts, and your own word.
  {
    type: 'openai-compatible',
    model: 'a-model',
    baseUrl: 'http://127.0.0.1:9/v1',
    keyless: true,
    free: 'unknown',
    why: /^nothing says/,
  },
  {
    type: 'openai-compatible',
    model: 'a-model',
    baseUrl: 'https://friend.example.com/v1',
    stated: true,
    free: true,
    why: /the configuration says `free: true`/,
  },
  {
    type: 'groq',
    model: 'openai/gpt-oss-120b',
    stated: false,
    free: false,
    why: /the configuration says `free: false`/,
  },
  { type: 'gemini', model: 'gemini-2.5-pro', stated: true, free: true, why: /the configuration says/ },
  { type: 'openrouter', model: 'openai/gpt-5', stated: true, listed: PAID, free: false, why: /charges/ },
  { type: 'openrouter', model: 'a:free', stated: false, free: false, why: /the configuration says/ },
];

const factsOf = ({ type, model, keyless = false, baseUrl, stated }: Case): TargetFacts => {
  const providerType = PROVIDER_TYPES[type] as ProviderType;
  const address = baseUrl ?? addressOf(providerType, {})?.address ?? '';
  return { type, providerType, model, baseUrl: address, keyless, stated: { free: stated } };
};

const titleOf = ({ type, model, keyless, baseUrl, stated, listed, free }: Case): string =>
  [
    `${type}/${model} is ${free === true ? 'free' : free === false ? 'not free' : 'unknown'}`,
    ...(keyless ? ['without a key'] : []),
    ...(baseUrl === undefined ? [] : [`at ${baseUrl}`]),
    ...(stated === undefined ? [] : [`with free: ${stated}`]),
    ...(listed === undefined ? [] : [`listed as ${JSON.stringify(listed)}`]),
  ].join(', ');

describe('Whether a target is free', () => {
  for (const each of CASES) {
    it(titleOf(each), () => {
      const listed = each.listed && { model: { id: each.model, ...each.listed }, readAt: READ_AT };
      const { free, why, source, date } = freeOf(factsOf(each), listed);
      expect(free).to.equal(each.free);
      expect(why).to.match(each.why);
      expect(why, 'no full stop').not.to.match(/\.$/);
      if (/list|charges/.test(why))
        expect([source, date]).to.deep.equal(["the provider's list of models", '2026-11-30']);
      if (date !== undefined) expect(date).to.match(/^2026-\d\d-\d\d$/);
    });
  }

  it('is told in words that agree with the decision', () => {
    const heads = CASES.map((each) => [each.free, freeText(freeOf(factsOf(each), undefined)).split(':')[0]] as const);
    expect(new Set(heads.map(([, head]) => head))).to.deep.equal(new Set(['free', 'not free', 'not known to be free']));
    expect(freeText({ free: false, why: 'it has a price' })).to.equal('not free: it has a price');
  });

  it('is decided with a place and a day for every free tier', () => {
    for (const [type, { about }] of Object.entries(PROVIDER_TYPES)) {
      const standing = freeOf(factsOf({ type, model: 'a-model', free: 'unknown', why: /./ }));
      if (standing.free === true && about?.keyUrl !== undefined) {
        expect(standing.source, type).to.be.a('string');
        expect(standing.date, type).to.be.a('string');
      }
    }
  });

  it('is not assumed for a provider whose credit is paid or given once', () => {
    for (const type of ['together', 'fireworks', 'deepseek', 'moonshot', 'sambanova', 'cerebras']) {
      expect(freeOf(factsOf({ type, model: 'a-model', free: 'unknown', why: /./ })).free, type).not.to.equal(true);
    }
  });
});
