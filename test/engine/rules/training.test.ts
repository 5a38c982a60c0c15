import type { ProviderType } from '429chain/plugin';
import { expect } from 'chai';
import { PROVIDER_TYPES } from '../../../plugins/providers/index.js';
import { isOwnNetwork } from '../../../src/engine/rules/own-network.js';
import { trainingOf } from '../../../src/engine/rules/training.js';
import { addressOf } from '../../../src/plugin/readers/address.js';

interface Case {
  readonly type: string;
  readonly model?: string;
  readonly baseUrl?: string;
  readonly stated?: 'no' | 'may';
  readonly training: 'no' | 'may' | 'unknown';
  readonly why: RegExp;
}

const CASES: readonly Case[] = [
  { type: 'groq', training: 'no', why: /^Groq does not train on requests/ },
  { type: 'gemini', training: 'may', why: /^Google Gemini may train on requests \(Not for users in the EEA/ },
  { type: 'mistral', training: 'may', why: /\(The account can opt out\)$/ },
  { type: 'mistral', stated: 'no', training: 'no', why: /the configuration says `training: 'no'`/ },
  { type: 'groq', stated: 'may', training: 'may', why: /the configuration says `training: 'may'`/ },
  { type: 'deepseek', training: 'unknown', why: /^DeepSeek does not say whether it trains/ },
  { type: 'zai', training: 'no', why: /^Z\.ai does not train/ },
  { type: 'siliconflow', training: 'unknown', why: /does not say/ },
  { type: 'groq', baseUrl: 'https://relay.example.com/v1', training: 'unknown', why: /is not that of Groq$/ },
  // The routers do not train. What the providers behind them do is not known.
  { type: 'huggingface', training: 'unknown', why: /the provider behind it has its own terms/ },
  { type: 'vercel', training: 'unknown', why: /the provider's own terms hold/ },
  // It does as asked.
  { type: 'openrouter', training: 'no', why: /With data_collection: 'deny', which 429chain sends/ },
  { type: 'kilo', training: 'may', why: /Free models may log and train/ },
  { type: 'ollama', training: 'no', why: /^requests stay in your own network/ },
  { type: 'ollama', model: 'gpt-oss:120b-cloud', training: 'unknown', why: /passes this model on to a cloud/ },
  { type: 'vllm', baseUrl: 'https://vllm.example.com/v1', training: 'unknown', why: /not in your own network/ },
  { type: 'lm-studio', baseUrl: 'http://10.1.2.3:1234/v1', training: 'no', why: /own network/ },
  { type: 'llama-cpp', baseUrl: 'https://example.com/v1', stated: 'no', training: 'no', why: /the configuration/ },
  { type: 'openai-compatible', baseUrl: 'http://127.0.0.1:4000/v1', training: 'unknown', why: /does not say/ },
];

describe("Whether a target's provider trains on requests", () => {
  for (const { type, model = 'a-model', baseUrl, stated, training, why } of CASES) {
    const at = baseUrl === undefined ? '' : `, at ${baseUrl}`;
    const word = stated === undefined ? '' : `, with training: '${stated}'`;
    it(`${type}/${model}: ${training}${at}${word}`, () => {
      const providerType = PROVIDER_TYPES[type] as ProviderType;
      const address = baseUrl ?? addressOf(providerType, {})?.address ?? '';
      const facts = { type, providerType, model, baseUrl: address, keyless: false, stated: { training: stated } };
      const standing = trainingOf(facts);
      expect(standing.training).to.equal(training);
      expect(standing.why).to.match(why);
    });
  }

  it("says 'no' of no built-in provider without a place and a day", () => {
    for (const [type, providerType] of Object.entries(PROVIDER_TYPES)) {
      const { address = 'http://127.0.0.1/v1' } = addressOf(providerType, {}) ?? {};
      if (isOwnNetwork(address)) continue;
      const standing = trainingOf({
        type,
        providerType,
        model: 'a-model',
        baseUrl: address,
        keyless: false,
        stated: {},
      });
      if (standing.training === 'no') expect([standing.source, standing.date].join(), type).to.match(/https:.+,2026-/);
    }
  });
});

describe('The own network', () => {
  const OWN = ['127.0.0.1', '127.9.9.9', 'localhost', '[::1]', '10.0.0.1', '172.31.0.1', '192.168.0.9', '169.254.1.1'];
  const OTHERS = [
    '100.127.0.1',
    '[fd12::1]',
    '[fe80::1]',
    '[::ffff:192.168.0.1]',
    'nas',
    'NAS.local',
    'gpu.lan',
    'a.home.arpa',
    'host.docker.internal',
    'x.localhost',
    'nas.local.',
  ];
  for (const host of [...OWN, ...OTHERS]) {
    it(`includes ${host}`, () => expect(isOwnNetwork(`http://${host}:8000/v1`)).to.equal(true));
  }
  for (const host of [
    '8.8.8.8',
    '172.32.0.1',
    '11.0.0.1',
    '100.128.0.1',
    '[2001:db8::1]',
    '[::ffff:8.8.8.8]',
    'example.com',
    'local.example.com',
    '127.0.0.1.example.com',
  ]) {
    it(`does not include ${host}`, () => expect(isOwnNetwork(`https://${host}/v1`)).to.equal(false));
  }
  it('does not include what is no address', () => expect(isOwnNetwork('')).to.equal(false));
});
