import type { ProviderType } from '429chain/plugin';
import { expect } from 'chai';
import { PROVIDER_TYPES } from '../../plugins/providers/index.js';
import type { ModelsReply } from '../../src/contract/models.js';
import { addressOf } from '../../src/plugin/readers/address.js';
import { isFreeModel } from '../../src/plugin/readers/free-offers.js';
import { type RunningProxy, startProxy } from '../proxy.js';
import { answer, type ReceivedRequest, reply, ScriptedUpstream } from '../scripted-upstream.js';

/** What fills the address of any type. */
const OPTIONS = { accountId: 'account-1' };
const KEY = 'sk-of-the-provider';
const DAY = /^2026-\d\d-\d\d$/;

const TYPES = Object.entries(PROVIDER_TYPES);

const pathOf = (type: ProviderType): string => {
  const { address = 'http://127.0.0.1/v1', faults = [] } = addressOf(type, OPTIONS) ?? {};
  expect(faults).to.deep.equal([]);
  return new URL(address).pathname.replace(/\/$/, '');
};

/** The entry of a list with one model, as the type's provider writes it. */
const listOf = ({ modelList = {} }: ProviderType, id: string): object => {
  const { list = 'data', id: field = 'id' } = modelList;
  return { [list]: [{ [field]: id }] };
};

describe('Every built-in provider type', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy;
  let asked: ReceivedRequest[];

  before(async () => {
    upstream = await ScriptedUpstream.start();
    const { origin } = new URL(upstream.baseUrl);
    const entries = TYPES.map(([name, type]) => ({ name, type, baseUrl: origin + pathOf(type) }));
    const providers = Object.fromEntries([
      ...entries.map(({ name, baseUrl }) => [name, { type: name, baseUrl, apiKey: KEY }]),
      ...entries
        .filter(({ type }) => type.about?.needsKey === false)
        .map(({ name, baseUrl }) => [`${name}-keyless`, { type: name, baseUrl }]),
    ]);
    proxy = await startProxy({
      server: { apiKeys: ['test-key-of-the-proxy'], adminKey: 'admin-key-for-this-test' },
      providers,
      chains: { default: Object.keys(providers).map((id) => `${id}/a-model`) },
    });
  });

  after(async () => {
    await proxy.close();
    await upstream.close();
  });

  beforeEach(() => {
    asked = [];
    const answering = answer('hello');
    upstream.always((res, request) => {
      asked.push(request);
      return answering(res, request);
    });
  });

  const ask = (provider: string) =>
    proxy.post({ model: `${provider}/a-model`, messages: [{ role: 'user', content: 'hi' }] });

  for (const [name, type] of TYPES) {
    it(`sends a request to its address with its key: ${name}`, async () => {
      const response = await ask(name);
      expect(await response.text()).to.contain('hello');
      expect(asked.map(({ path }) => path)).to.deep.equal([`${pathOf(type)}/chat/completions`]);
      const header = type.keyHeader ?? 'authorization';
      expect(asked[0]?.headers[header]).to.equal(type.keyHeader === undefined ? `Bearer ${KEY}` : KEY);
    });

    if (type.about?.needsKey === false)
      it(`sends a request without a key: ${name}`, async () => {
        expect((await ask(`${name}-keyless`)).status).to.equal(200);
        expect(asked[0]?.headers).not.to.have.property('authorization');
      });

    it(`reads the list of models: ${name}`, async () => {
      upstream.always((res, request) => {
        asked.push(request);
        return reply(200, listOf(type, 'some-model'))(res, request);
      });
      const response = await fetch(`${proxy.address}/admin/api/providers/${name}/models`, {
        headers: { authorization: `Bearer ${proxy.app.runtime.adminKey}` },
      });
      const { state, models } = (await response.json()) as ModelsReply;
      expect({ state, ids: models.map(({ id }) => id) }).to.deep.equal({
        state: 'ok',
        ids: [...(type.modelList?.also ?? []), 'some-model'].sort(),
      });
      const { pathname } = new URL(`http://127.0.0.1${pathOf(type)}${type.modelsPath ?? '/models'}`);
      expect(asked[0]?.path.split('?')[0]).to.equal(pathname);
    });

    it(`says where and when its facts were read: ${name}`, () => {
      const { about, knownLimits = [], hosts = {}, baseUrl } = type;
      for (const url of [...Object.values(hosts), ...(baseUrl === undefined ? [] : [baseUrl])])
        expect(url).to.match(/^https:\/\/|^http:\/\/127\.0\.0\.1:/);
      expect(about?.title).to.be.a('string');
      for (const { source, date } of knownLimits) {
        expect(source).to.match(/^https:\/\//);
        expect(date).to.match(DAY);
      }
      if (about?.keyUrl === undefined) return;
      expect(about.keyUrl).to.match(/^https:\/\//);
      expect(about.date).to.match(DAY);
      expect(about.training?.posture).to.be.oneOf(['no', 'may', 'unknown']);
      if (about.training?.posture !== 'unknown') expect(about.training?.date).to.match(DAY);
    });
  }

  const FREE: readonly [type: string, model: string, free: boolean | undefined, keyless?: boolean][] = [
    ['gemini', 'models/gemini-3.5-flash-lite', true],
    ['gemini', 'models/gemini-2.5-pro', false],
    ['gemini', 'models/gemini-2.5-flash-image', false],
    ['gemini', 'models/gemma-3-27b-it', true],
    ['zai', 'glm-4.7-flash', true],
    ['zai', 'glm-4.7', false],
    ['zai', 'glm-4.7-flashx', false],
    ['groq', 'any-model', true],
    ['openrouter', 'a/model:free', true],
    ['openrouter', 'a/model', false],
    ['cloudflare', '@cf/openai/gpt-oss-20b', true],
    ['cloudflare', '@cf/moonshotai/kimi-k2.6', false],
    ['ovh', 'gpt-oss-120b', true, true],
    ['ovh', 'gpt-oss-120b', false],
    ['kilo', 'kilo-auto/free', true, true],
    ['kilo', 'kilo-auto/free', true],
    ['kilo', 'some/paid-model', false, true],
    ['llm7', 'some-model', undefined, true],
    ['huggingface', 'org/model', undefined],
    ['cerebras', 'gpt-oss-120b', false],
    ['fireworks', 'any-model', false],
    ['deepseek', 'deepseek-chat', false],
    ['ollama', 'any-model', true],
    ['openai-compatible', 'any-model', undefined],
  ];
  for (const [name, model, free, keyless = false] of FREE) {
    it(`knows which models are free: ${model} of ${name} ${keyless ? 'without' : 'with'} a key`, () => {
      expect(isFreeModel(PROVIDER_TYPES[name]?.about?.offers, model, { keyless })).to.equal(free);
    });
  }
});
