import { expect } from 'chai';
import { ERRORS, REJECTIONS } from '../../src/plugin/door/errors.js';
import { HELLO, startProxy } from '../proxy.js';
import { reply, ScriptedUpstream } from '../scripted-upstream.js';
import { TurningClock } from '../turning-clock.js';
import { blocksOf, readPage } from './pages.js';

/** Code → the statuses in its heading. */
const documented = (): Map<string, number[]> => {
  const headings = [...readPage('errors.md').matchAll(/^### `(.+)` \((.+)\)$/gm)];
  return new Map(headings.map(([, code = '', statuses = '']) => [code, (statuses.match(/\d+/g) ?? []).map(Number)]));
};

/** The rows of the table under a heading, as the text of their cells without code marks and links. */
const tableUnder = (heading: string): string[][] => {
  const [, section = ''] = readPage('errors.md').split(`\n## ${heading}\n`);
  const [, table = ''] = /\n(\|(?:.+\n)+?)(?!\|)/.exec(section) ?? [];
  const [, , ...rows] = table.trim().split('\n');
  const plain = (cell: string): string =>
    cell
      .trim()
      .replaceAll(/\[(.*?)\]\(.*?\)/g, '$1')
      .replaceAll('`', '');
  return rows.map((row) => row.split('|').slice(1, -1).map(plain));
};

/** OpenAI's SDKs retry after these. */
const isRetried = (status: number): boolean => [408, 409, 429].includes(status) || status >= 500;

describe('docs/errors.md', () => {
  it('has a row for every code, with its statuses and type, and whether SDKs retry', () => {
    const rows = tableUnder('All codes').map(([code = '', statuses = '', type, when, whatToDo, retried]) => {
      expect([when, whatToDo], code).not.to.include('');
      return { code, statuses: statuses.split(', ').map(Number), type, retried };
    });
    expect(rows).to.have.deep.members(
      Object.entries(ERRORS).map(([code, { status, type }]) => {
        const [, ...others] = documented().get(code) ?? [];
        return { code, statuses: [status, ...others], type, retried: isRetried(status) ? 'yes' : 'no' };
      }),
    );
  });

  it('has a row for every class of refusal that is passed on, with its statuses, codes and type', () => {
    const rows = tableUnder('Refusals by a provider').map(([failureClass, status, code, kept = '', type, retried]) => ({
      class: failureClass,
      status,
      code,
      type,
      retried,
      keptStatuses: failureClass === 'too_large' ? [] : (kept.match(/\b\d{3}\b/g) ?? []).map(Number),
    }));
    expect(rows).to.deep.equal(
      Object.entries(REJECTIONS).map(([failureClass, { code, keepsStatus = [] }]) => ({
        class: failureClass,
        status: String(ERRORS[code].status),
        code,
        type: ERRORS[code].type,
        retried: 'no',
        keptStatuses: keepsStatus,
      })),
    );
  });

  it('promises rightly that SDKs retry after no refusal that is passed on', () => {
    for (const { code, keepsStatus = [] } of Object.values(REJECTIONS)) {
      expect([ERRORS[code].status, ...keepsStatus].filter(isRetried)).to.deep.equal([]);
    }
  });

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
