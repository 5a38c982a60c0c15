import { expect } from 'chai';
import { ERRORS } from '../../src/plugin/door/errors.js';
import { HELLO, startProxy } from '../proxy.js';
import { reply, ScriptedUpstream } from '../scripted-upstream.js';
import { TurningClock } from '../turning-clock.js';
import { blocksOf, readPage } from './pages.js';

/** Code → the statuses in its heading. */
const documented = (): Map<string, number[]> => {
  const headings = [...readPage('errors.md').matchAll(/^### `(.+)` \((.+)\)$/gm)];
  return new Map(headings.map(([, code = '', statuses = '']) => [code, (statuses.match(/\d+/g) ?? []).map(Number)]));
};

describe('docs/errors.md', () => {
  it('explains every code, and none that does not exist', () => {
    expect([...documented().keys()]).to.have.members(Object.keys(ERRORS));
  });

  for (const [code, { status }] of Object.entries(ERRORS)) {
    it(`agrees with the code about the status of ${code}`, () => {
      expect(documented().get(code)?.[0]).to.equal(status);
    });
  }

  it('shows the body of chain_exhausted as it is sent', async () => {
    const upstreams = await Promise.all([ScriptedUpstream.start(), ScriptedUpstream.start(), ScriptedUpstream.start()]);
    const [groq, cerebras, local] = upstreams as [ScriptedUpstream, ScriptedUpstream, ScriptedUpstream];
    groq.always(
      reply(429, {
        error: {
          message:
            'Rate limit reached for model `llama-3.3-70b-versatile` on tokens per day (TPD): Limit 100000, Used 99996, Requested 484. Please try again in 6m54.72s.',
          type: 'tokens',
          code: 'rate_limit_exceeded',
        },
      }),
    );
    cerebras.always(
      reply(
        429,
        {
          message: 'Requests per minute limit exceeded - too many requests sent.',
          type: 'too_many_requests_error',
          param: 'quota',
          code: 'request_quota_exceeded',
        },
        { 'retry-after': '57' },
      ),
    );
    const proxy = await startProxy(
      {
        providers: {
          groq: { type: 'groq', apiKey: 'k', baseUrl: groq.baseUrl },
          cerebras: { type: 'cerebras', apiKey: 'k', baseUrl: cerebras.baseUrl },
          local: { type: 'openai-compatible', baseUrl: local.baseUrl, limits: [{ requests: 1, per: '1h' }] },
        },
        chains: { default: ['groq/llama-3.3-70b-versatile', 'cerebras/gpt-oss-120b', 'local/qwen3:8b'] },
      },
      { clock: new TurningClock() },
    );
    try {
      await (await proxy.post({ model: 'local/qwen3:8b', messages: HELLO })).text();
      const response = await proxy.post({ messages: HELLO });
      expect(response.status).to.equal(429);
      expect(response.headers.get('retry-after')).to.equal('57');
      const shown = blocksOf('errors.md', 'json').find(({ text }) => text.includes('chain_exhausted'));
      expect(essenceOf(shown?.text)).to.deep.equal(essenceOf(await response.text()));
    } finally {
      await proxy.close();
      await Promise.all(upstreams.map((upstream) => upstream.close()));
    }
  });
});

/** The value of a JSON text, with its moments and our own sentences replaced: they may change, and the page stays true. */
const essenceOf = (text = 'null'): unknown =>
  JSON.parse(text, (key, value: unknown) => {
    if (key === 'retry_at') return new Date(String(value)).toISOString().length;
    const sentence =
      (key === 'message' && /^No target of chain/.test(String(value))) || (key === 'reason' && / /.test(String(value)));
    return sentence ? 'a sentence' : value;
  });
