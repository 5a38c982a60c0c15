import { expect } from 'chai';
import type { RequestLog } from '../../../src/contract/requests.js';
import { startProxy } from '../../proxy.js';
import { reply, ScriptedUpstream } from '../../scripted-upstream.js';

describe('The request log, for a provider with several keys', () => {
  it('says which key answered, adds up each key by itself, and all of them for the provider', async () => {
    const upstream = await ScriptedUpstream.start(reply(429, { error: { message: 'spent' } }, { 'retry-after': '60' }));
    const proxy = await startProxy({
      providers: {
        one: { type: 'openai-compatible', baseUrl: upstream.baseUrl, apiKeys: ['key-of-ann', 'key-of-bob'] },
      },
      chains: { default: ['one/a-model'] },
    });
    try {
      for (let index = 0; index < 2; index++)
        await (await proxy.post({ messages: [{ role: 'user', content: 'Hi' }] })).text();
      await proxy.app.runtime.waterfall.idle();
      const log = proxy.app.runtime.host.requestLog as RequestLog;
      const { requests } = await log.requests({ provider: 'one' });
      expect(requests.map(({ target, provider }) => [target, provider])).to.deep.equal(
        Array(2).fill(['one:key 2/a-model', 'one']),
      );
      expect(requests[1]?.attempts.map(({ target, outcome }) => [target, outcome])).to.deep.equal([
        ['one:key 1/a-model', 'failed'],
        ['one:key 2/a-model', 'served'],
      ]);
      const { providers, targets } = await log.usage();
      expect(Object.keys(providers)).to.deep.equal(['one']);
      expect(providers.one?.requests).to.equal(2);
      expect(targets['one:key 1/a-model']).to.include({ requests: 1, rateLimited: 1, avoided: 1 });
      expect(targets['one:key 2/a-model']).to.include({ requests: 2, rateLimited: 0 });
    } finally {
      await proxy.close();
      await upstream.close();
    }
  });
});
