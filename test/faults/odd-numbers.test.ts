import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { App } from '../../src/app.js';
import { HEADER_ROWS } from '../../src/plugin/readers/headers/rate-limit-headers.js';
import { HELLO, MemoryLog, storeOf } from '../proxy.js';
import { runs } from '../runs.js';
import { type Answerer, completion, ScriptedUpstream } from '../scripted-upstream.js';
import { TurningClock } from '../turning-clock.js';

const START = Date.UTC(2026, 10, 30, 12);
const DIGITS = '9'.repeat(6_000);

/** What stands in place of a number or a time. */
const VALUES: readonly string[] = [
  '0',
  '-0',
  '-1',
  '1',
  '0.5',
  '1e308',
  '1e999',
  '-1e308',
  '5e-324',
  'NaN',
  'nan',
  'Infinity',
  '-Infinity',
  'inf',
  'null',
  'undefined',
  '',
  ' ',
  '0x7fffffff',
  '1_000',
  '1,000',
  '1.000.000',
  '９９',
  '١٢٣',
  '½',
  '∞',
  '1e',
  '--1',
  '+5',
  '2147483648',
  '50000000',
  '99999999',
  '9007199254740993',
  '99999999999999999999',
  DIGITS,
  `0.${DIGITS}`,
  `${DIGITS}s`,
  `${DIGITS}h`,
  '1e308s',
  '1e999h',
  '-5s',
  '0s',
  '0ms',
  '9999d',
  '366d',
  '1h1h1h',
  'PT1H',
  'P9999D',
  'PT1e9S',
  'P1Y',
  '2400-01-01T00:00:00Z',
  '2400-01-01',
  '1970-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '+275760-09-13T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  'Wed, 21 Oct 2400 07:28:00 GMT',
  'Wed, 21 Oct 1999 07:28:00 GMT',
  'Thu, 31 Feb 2026 25:61:61 GMT',
  '31.12.2400',
  '12/31/2400',
  'Dec 31, 2400',
  'tomorrow',
  'midnight',
  'never',
  String(START / 1000),
  String(START),
  String(Date.UTC(2400, 0, 1) / 1000),
  String(Date.UTC(2400, 0, 1)),
  '1785082980000000000',
  '-62135596800',
  '1e15',
  '8640000000000001',
  '1;w=60',
  '"x";r=0;t=999999999999999',
  'limit=0, remaining=0, reset=999999999999999',
  '"a";q=0;w=0',
  '"a";q=999999999999999;w=999999999999999',
  'timeout=0',
  'timeout=1e999',
  'timeout=-5, max=0',
  `timeout=${DIGITS}`,
];

const value = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...VALUES) },
  { weight: 2, arbitrary: fc.double().map(String) },
  { weight: 1, arbitrary: fc.integer().map(String) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  { weight: 1, arbitrary: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()) },
);

/** Every header that the readers know, of any provider type. */
const HEADERS: readonly string[] = [
  ...HEADER_ROWS.flatMap(({ names }) => Object.values(names)),
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'retry-after-ms',
  'x-ms-retry-after-ms',
  'x-retry-after-ms',
  'x-retry-after',
  'x-ratelimit-type',
  'x-ratelimit-timeremaining',
  'x-ratelimit-renewalperiod-requests',
  'x-ratelimit-renewalperiod-tokens',
  'date',
  'age',
  'keep-alive',
  'modelscope-ratelimit-model-requests-limit',
  'x-ratelimit-remaining-requests-day',
  'x-ratelimit-limit-audio-seconds',
];

/** Names of waits in a body. */
const WAITS = [
  'retry_after',
  'retry_after_ms',
  'retryAfter',
  'retryDelay',
  'resets_in_seconds',
  'resets_at',
  'resetTime',
  'quotaResetTimeStamp',
  'wait_seconds',
  'blocked_until',
  'cooldown',
  'estimated_time',
  'status',
  'code',
];

/** Sentences with a number or a time in them. */
const SENTENCES = [
  'Please try again in $.',
  'Please try again in $ seconds.',
  'Rate limit reached on tokens per minute (TPM): Limit $, Used $, Requested $.',
  'limited to $ requests per $ minutes',
  'Resets at $',
  'Your limit will reset on $ UTC.',
  'Quota exceeded, limit: $',
  'You have exceeded $ RPM',
  '请在 $ 秒后重试',
  'Rate limit of $ per $s exceeded for UserByModelByDay.',
  'Rate limit exceeded: $ per $ hour',
  'Daily limit of $ requests exceeded. Come back $.',
  'Tokens per Minute (actual/limit): $/$.',
  'insufficient balance: $',
  'max_tokens must be at most $',
  'maximum context length is $ tokens',
];

const TYPES = [
  'openai-compatible',
  'groq',
  'openrouter',
  'mistral',
  'cerebras',
  'sambanova',
  'modelscope',
  'cohere',
  'gemini',
  'nvidia-nim',
];

const fieldsOf = (names: readonly string[], most: number) =>
  fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: most });

const asJson = (text: string): unknown => {
  const number = Number(text);
  return text !== '' && Number.isFinite(number) && text.length < 400 ? number : text;
};

/** One odd answer of a provider. */
const ODD = fc.record({
  status: fc.constantFrom(200, 200, 200, 400, 401, 402, 403, 404, 413, 422, 429, 429, 429, 500, 503, 529),
  headers: fieldsOf(HEADERS, 6),
  waits: fieldsOf(WAITS, 2),
  sentence: fc.tuple(fc.constantFrom(...SENTENCES), value).map(([text, filled]) => text.replaceAll('$', () => filled)),
  usage: fc.record({ prompt_tokens: value, completion_tokens: value, total_tokens: value, cached: value }),
  isRaw: fc.boolean(),
});
type Odd = typeof ODD extends fc.Arbitrary<infer T> ? T : never;

/** Numbers as they are written, also those that JavaScript cannot print. */
const rawNumber = (text: string): string =>
  /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(text) ? text.replace(/^(-?)0+(?=\d)/, '$1') : JSON.stringify(text);

const bodyOf = ({ status, sentence, waits, usage, isRaw }: Odd): string => {
  if (status >= 300) {
    return JSON.stringify({
      error: { message: sentence, type: 'x', ...Object.fromEntries(waits.map(([name, text]) => [name, asJson(text)])) },
    });
  }
  const print = isRaw ? rawNumber : (text: string) => JSON.stringify(asJson(text));
  const counts = `{"prompt_tokens":${print(usage.prompt_tokens)},"completion_tokens":${print(usage.completion_tokens)},"total_tokens":${print(usage.total_tokens)},"prompt_tokens_details":{"cached_tokens":${print(usage.cached)}}}`;
  const { usage: _, ...whole } = completion('hello');
  return `${JSON.stringify(whole).slice(0, -1)},"usage":${counts}}`;
};

const odd =
  (answer: Odd): Answerer =>
  (res) => {
    res.statusCode = answer.status;
    res.sendDate = false;
    for (const [name, text] of answer.headers) res.setHeader(name, text.replace(/[^\x20-\x7e\x80-\xff]/g, ''));
    res.setHeader('content-type', 'application/json');
    res.end(bodyOf(answer));
  };

/** Every number in a value, with its place. JSON writes an impossible one as null. */
const impossible = (given: unknown, path = ''): string[] => {
  if (typeof given === 'number') return Number.isFinite(given) && Math.abs(given) <= 1e17 ? [] : [`${path}: ${given}`];
  if (typeof given !== 'object' || given === null) return [];
  return Object.entries(given).flatMap(([key, inner]) => impossible(inner, `${path}.${key}`));
};

const MINUTE_MS = 60_000;
/** Two windows of the longest cooldown, in growing steps. */
const STEPS_MS = [2, 8, 30, 80, 240, 720, 1_800].map((minutes) => minutes * MINUTE_MS);

describe('Whatever numbers and times a provider sends', () => {
  let upstream: ScriptedUpstream;

  before(async () => {
    upstream = await ScriptedUpstream.start();
  });

  after(() => upstream.close());

  it('its target serves again within two windows, and every total stays finite', async function () {
    this.timeout(600_000);
    const property = fc.asyncProperty(
      fc.constantFrom(...TYPES),
      fc.array(ODD, { minLength: 1, maxLength: 4 }),
      async (type, answers) => {
        const folder = mkdtempSync(join(tmpdir(), '429chain-'));
        const clock = new TurningClock(START);
        const log = new MemoryLog();
        const configuration = {
          providers: { one: { type, baseUrl: upstream.baseUrl, apiKey: 'a-key-of-the-test' } },
          chains: { default: { targets: ['one/a-model'], maxWait: '0s' } },
        };
        const app = await App.create({ store: storeOf(configuration, folder, log), log, clock });
        try {
          const address = await app.listen({ host: '127.0.0.1', port: 0 });
          const { key = '' } = app.runtime.apiKeys[0] ?? {};
          const ask = async (): Promise<number> => {
            const response = await fetch(`${address}/v1/chat/completions`, {
              method: 'POST',
              headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
              body: JSON.stringify({ model: 'default', messages: HELLO }),
            });
            await response.arrayBuffer();
            return response.status;
          };
          for (const answer of answers) {
            upstream.always(odd(answer));
            await ask();
            clock.turn(2 * MINUTE_MS);
          }
          upstream.always((res) => {
            res.setHeader('content-type', 'application/json');
            res.end(JSON.stringify(type === 'gemini' ? completion('hello') : completion('hello')));
          });
          let status = await ask();
          for (const ms of STEPS_MS) {
            if (status === 200) break;
            clock.turn(ms);
            status = await ask();
          }
          expect(status, JSON.stringify(app.runtime.status())).to.equal(200);
          await app.runtime.waterfall.idle();
          expect(impossible(app.runtime.status())).to.deep.equal([]);
          const usage = await app.runtime.host.requestLog?.usage({});
          expect(impossible(usage)).to.deep.equal([]);
          expect(JSON.stringify(usage)).not.to.contain('null');
          expect(log.lines.filter((line) => /Unexpected|TypeError|RangeError/.test(line))).to.deep.equal([]);
        } finally {
          await app.close(0);
        }
        const ledger = JSON.parse(readFileSync(join(folder, 'ledger.json'), 'utf8'));
        expect(impossible(ledger)).to.deep.equal([]);
        rmSync(folder, { recursive: true, force: true });
      },
    );
    await fc.assert(property, { numRuns: runs(3_000, 25) });
  });

  it('its list of models is read without an impossible number', async () => {
    const names = [
      'context_length',
      'context_window',
      'max_context_length',
      'max_model_len',
      'max_completion_tokens',
      'max_output_length',
      'created',
    ];
    await fc.assert(
      fc.asyncProperty(fieldsOf(names, 7), async (fields) => {
        const { modelsIn } = await import('../../src/engine/models/model-list.js');
        const entry = fields.map(([name, text]) => `${JSON.stringify(name)}:${rawNumber(text)}`);
        const text = `{"data":[{"id":"a-model"${entry.length > 0 ? ',' : ''}${entry.join(',')}}]}`;
        const models = modelsIn(JSON.parse(text), {} as Parameters<typeof modelsIn>[1]);
        expect(models?.map(({ id }) => id)).to.deep.equal(['a-model']);
        expect(impossible(models), text.slice(0, 500)).to.deep.equal([]);
      }),
      { numRuns: runs(5_000, 100) },
    );
  });
});
