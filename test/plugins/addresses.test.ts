import { expect } from 'chai';
import nock from 'nock';
import { createNockDispatcher } from '../network/nock-dispatcher.js';
import { HELLO, type RunningProxy, startProxy } from '../proxy.js';
import { completion } from '../scripted-upstream.js';

const ADDRESSES = [
  { type: 'groq', origin: 'https://api.groq.com', path: '/openai/v1/chat/completions' },
  { type: 'cerebras', origin: 'https://api.cerebras.ai', path: '/v1/chat/completions' },
  { type: 'openrouter', origin: 'https://openrouter.ai', path: '/api/v1/chat/completions' },
] as const;

describe('A provider without a base URL', () => {
  let proxy: RunningProxy | undefined;

  beforeEach(() => {
    nock.disableNetConnect();
    nock.enableNetConnect('127.0.0.1');
  });

  afterEach(async () => {
    await proxy?.close();
    nock.cleanAll();
    nock.enableNetConnect();
  });

  for (const { type, origin, path } of ADDRESSES) {
    it(`of type ${type} is asked at ${origin}${path}, with its own key`, async () => {
      const scope = nock(origin, { reqheaders: { authorization: 'Bearer its-own-key', 'user-agent': /^429chain\// } })
        .post(path, (body) => body.model === 'vendor/a-model')
        .reply(200, completion('hello'));
      proxy = await startProxy(
        {
          providers: { mine: { type, apiKey: 'its-own-key' } },
          chains: { default: ['mine/vendor/a-model'] },
        },
        { createDispatcher: createNockDispatcher },
      );
      const response = await proxy.post({ messages: HELLO });
      expect(await response.json()).to.deep.equal(completion('hello'));
      scope.done();
    });
  }
});
