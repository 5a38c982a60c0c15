import { readFileSync } from 'node:fs';
import { readErrorBody } from '429chain/plugin';
import { expect } from 'chai';
import fc from 'fast-check';
import OpenAI from 'openai';
import type { FailureClass } from '../../../src/contract/quota.js';
import { ERRORS, REJECTIONS } from '../../../src/plugin/door/errors.js';
import { HELLO, type RunningProxy, startProxy } from '../../proxy.js';
import { type Answerer, chunk, reply, ScriptedUpstream, stream } from '../../scripted-upstream.js';

interface Captured {
  readonly provider: string;
  readonly case: string;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: unknown;
  readonly meaning: { readonly class: string };
}

const CAPTURED = (
  JSON.parse(readFileSync(new URL('../../fixtures/responses.json', import.meta.url), 'utf8')) as readonly Captured[]
).filter(({ meaning, status }) => meaning.class in REJECTIONS && status >= 400);

const TYPES = new Set(['groq', 'cerebras', 'openrouter']);

interface CallerError {
  readonly message: string;
  readonly type: string;
  readonly code: string;
  readonly param: string | null;
}

const KEY = 'key-of-this-provider';
const SAID = 'This is what the provider says';

describe("A provider's refusal of the request, as the caller gets it", () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy;
  /** The class of the latest failure. */
  let decided: FailureClass | undefined;

  // Limits are learned from some refusals, so each captured one has a provider of its own.
  before(async () => {
    upstream = await ScriptedUpstream.start();
    const typeOf = ({ provider }: Captured): string => (TYPES.has(provider) ? provider : 'openai-compatible');
    const providers = { p: { type: 'openai-compatible' }, openrouter: { type: 'openrouter' } };
    const captured = CAPTURED.map((each, index) => [`p${index}`, { type: typeOf(each) }] as const);
    const all = [...Object.entries(providers), ...captured].map(
      ([id, more]) => [id, { ...more, baseUrl: upstream.baseUrl, apiKey: KEY }] as const,
    );
    proxy = await startProxy({
      providers: Object.fromEntries(all),
      chains: { default: { targets: ['p/a-model'], maxWait: '0s' } },
    });
    proxy.app.runtime.host.hooks.onError.intercept({
      result: (verdict) => {
        decided = verdict?.class;
      },
    });
  });

  after(() => Promise.all([proxy.close(), upstream.close()]));

  const ask = async (answerer: Answerer, model = 'p/a-model', more: object = {}) => {
    upstream.always(answerer);
    decided = undefined;
    const response = await proxy.post({ model, messages: HELLO, ...more });
    const text = await response.text();
    expect(response.headers.get('content-type')).to.match(/^application\/json/);
    const { error } = JSON.parse(text) as { error: CallerError };
    expect(Object.keys(error), text).to.have.members(['message', 'type', 'code', 'param']);
    return { status: response.status, error };
  };

  for (const [index, { provider, case: what, status, headers, body }] of CAPTURED.entries()) {
    it(`is the provider's words under a code that clients know: ${provider} ${what}`, async () => {
      for (const streamed of [false, true]) {
        const asked = await ask(reply(status, body, headers), `p${index}/a-model`, { stream: streamed });
        const rule = REJECTIONS[decided as FailureClass];
        expect(rule, decided).not.to.equal(undefined);
        const { code = 'invalid_request', keepsCode, keepsStatus } = rule ?? {};
        expect(asked.error.message).to.equal(readErrorBody(body).message).and.not.to.equal('');
        expect(asked.error.type).to.equal('invalid_request_error');
        if (asked.error.code !== code) expect(asked.error.code).to.match(keepsCode as RegExp);
        expect(asked.status).to.be.oneOf([ERRORS[code].status, ...(keepsStatus ?? [])]);
      }
    });
  }

  interface Row {
    readonly it: string;
    readonly from: Answerer;
    readonly type?: string;
    readonly status: number;
    readonly error: Partial<CallerError>;
  }

  const overflow = { message: 'maximum context length is 8192 tokens', code: 'context_length_exceeded' };
  const ROWS: readonly Row[] = [
    ...[400, 413, 422, 429, 500].map((status) => ({
      it: `has status 400 and context_length_exceeded for an overflow under ${status}`,
      from: reply(status, { error: overflow }),
      status: 400,
      error: overflow,
    })),
    {
      it: 'has status 400 and context_length_exceeded for an overflow under 200',
      from: reply(200, { error: overflow }),
      status: 400,
      error: overflow,
    },
    {
      it: 'has the code and the field of the provider',
      from: reply(400, { error: { message: SAID, type: 'x', code: 'unsupported_value', param: 'temperature' } }),
      status: 400,
      error: { message: SAID, code: 'unsupported_value', param: 'temperature', type: 'invalid_request_error' },
    },
    {
      it: 'has a code of ours in place of a number or a sentence',
      from: reply(400, { error: { message: SAID, code: 'Not a word' } }),
      status: 400,
      error: { code: 'invalid_request' },
    },
    {
      it: 'keeps the status 422',
      from: reply(422, { detail: [{ loc: ['body', 'messages', 0, 'content'], msg: SAID, type: 'string_type' }] }),
      status: 422,
      error: { message: SAID, code: 'invalid_request' },
    },
    {
      it: 'has status 400 where SDKs would retry the status of the provider',
      from: reply(409, { error: { message: SAID } }),
      status: 400,
      error: { message: SAID, code: 'invalid_request' },
    },
    {
      it: 'has content_filter for content that the provider refuses',
      from: reply(400, { error: { message: SAID, code: 'content_filter', innererror: { code: 'Policy' } } }),
      status: 400,
      error: { message: SAID, code: 'content_filter' },
    },
    {
      it: 'keeps content_policy_violation',
      from: reply(400, { error: { message: SAID, code: 'content_policy_violation' } }),
      status: 400,
      error: { message: SAID, code: 'content_policy_violation' },
    },
    {
      it: 'has no other field of the body, such as the flagged input',
      from: reply(403, { error: { message: SAID, code: 403, metadata: { reasons: ['x'], flagged_input: 'secret' } } }),
      type: 'openrouter',
      status: 400,
      error: { message: SAID, code: 'content_filter' },
    },
    {
      it: 'has no page of a gateway, but its title',
      from: reply(400, '<html><head><title>400 Bad Request</title></head><body>nginx</body></html>'),
      status: 400,
      error: { message: 'an HTML page: 400 Bad Request', code: 'invalid_request' },
    },
    {
      it: 'has a message although the body is empty',
      from: reply(400, ''),
      status: 400,
      error: { message: '400 with no message', code: 'invalid_request' },
    },
    {
      it: 'masks our key in message, code and field',
      from: reply(400, { error: { message: `bad: ${KEY}`, param: KEY, code: KEY } }),
      status: 400,
      error: { message: 'bad: ***', param: '***', code: 'invalid_request' },
    },
    {
      it: 'is bounded',
      from: reply(400, { error: { message: 'a'.repeat(6_000), param: 'b'.repeat(6_000) } }),
      status: 400,
      error: { message: `${'a'.repeat(4_095)}…`, param: 'b'.repeat(200) },
    },
  ];
  for (const { it: title, from, type = 'p', status, error } of ROWS) {
    it(title, async () => {
      const asked = await ask(from, `${type}/a-model`);
      expect(asked.status).to.equal(status);
      expect(asked.error).to.include(error);
    });
  }

  const ENVELOPES: readonly ((message: string) => unknown)[] = [
    (message) => ({ error: { message, type: 'x', code: null, param: null } }),
    (message) => [{ error: { code: 400, message, status: 'INVALID_ARGUMENT' } }],
    (message) => ({ id: 'an-id', message }),
    (message) => ({ error: message }),
    (message) => ({ type: 'error', error: { type: 'invalid_request_error', message } }),
    (message) => ({ errors: [{ code: 5006, message }], success: false, result: {} }),
    (message) => ({ object: 'error', message, type: 'invalid_request_error', code: '3280' }),
    (message) => ({ object: 'error', message: { detail: [{ loc: ['body', 'x'], msg: message }] } }),
    (message) => ({ detail: [{ loc: ['body', 'x'], msg: message }] }),
    (message) => ({ detail: message }),
    (message) => ({ code: 20015, message, data: null }),
    (message) => JSON.stringify({ message: JSON.stringify({ error: { message } }) }),
    (message) => message,
  ];

  it("is OpenAI's shape with the words, whatever the envelope", async () => {
    const words = fc.stringMatching(/^[A-Z][a-z]{2,9}( [a-z]{1,9}){1,6}$/);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...ENVELOPES), words, fc.constantFrom(400, 422), async (wrap, said, status) => {
        const asked = await ask(reply(status, wrap(said)));
        expect(asked.status).to.equal(status);
        expect(asked.error).to.include({ message: said, type: 'invalid_request_error', code: 'invalid_request' });
      }),
      { numRuns: 60 },
    );
  });

  it("raises the SDK's BadRequestError, streamed or not", async () => {
    upstream.always(reply(413, [{ error: { code: 413, message: overflow.message, status: 'INVALID_ARGUMENT' } }]));
    for (const streamed of [false, true]) {
      const error: unknown = await proxy.client.chat.completions
        .create({ model: 'p/a-model', messages: [...HELLO], stream: streamed })
        .then(
          () => undefined,
          (reason: unknown) => reason,
        );
      expect(error).to.be.instanceOf(OpenAI.BadRequestError);
      const { status, code, type } = error as InstanceType<typeof OpenAI.BadRequestError>;
      expect({ status, code, type }).to.deep.equal({
        status: 400,
        code: 'context_length_exceeded',
        type: 'invalid_request_error',
      });
    }
  });

  it('ends a stream with the same code when the provider refuses the content after the first token', async () => {
    const refusal = { error: { message: SAID, code: 'content_filter' } };
    upstream.always(stream([chunk({ role: 'assistant', content: 'A word' }), `data: ${JSON.stringify(refusal)}\n\n`]));
    const text = await (await proxy.post({ model: 'p/a-model', messages: HELLO, stream: true })).text();
    const last = text.trim().split('\n\n').at(-1) ?? '';
    expect(JSON.parse(last.replace('data: ', ''))).to.deep.equal({
      error: { message: SAID, type: 'invalid_request_error', code: 'content_filter', param: null },
    });
  });
});
