import { expect } from 'chai';
import { type Answerer, answer, chunk, DONE, reply, stream } from '../../scripted-upstream.js';
import { HELLO, MessagesStage } from './messages-stage.js';

type Fields = Record<string, unknown>;

interface Case {
  readonly what: string;
  readonly first?: Answerer;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly status: number;
  readonly type: string;
  readonly code: string;
  readonly says: RegExp;
}

const KEY = 'key-of-one';
const rejected = (status: number, error: object): Answerer => reply(status, { error });

const CASES: readonly Case[] = [
  {
    what: 'no key',
    headers: { 'x-api-key': '' },
    status: 401,
    type: 'authentication_error',
    code: 'invalid_api_key',
    says: /x-api-key/,
  },
  {
    what: 'a wrong key',
    headers: { 'x-api-key': 'wrong' },
    status: 401,
    type: 'authentication_error',
    code: 'invalid_api_key',
    says: /not one of/,
  },
  {
    what: 'malformed JSON',
    body: '{"messages": [',
    status: 400,
    type: 'invalid_request_error',
    code: 'malformed_json',
    says: /not valid JSON/,
  },
  {
    what: 'a wrong content type',
    headers: { 'content-type': 'text/plain' },
    status: 400,
    type: 'invalid_request_error',
    code: 'unsupported_media_type',
    says: /JSON/,
  },
  {
    what: 'a large body',
    body: `{"messages":"${'x'.repeat(70_000)}"}`,
    status: 413,
    type: 'request_too_large',
    code: 'body_too_large',
    says: /larger than/,
  },
  {
    what: 'another method',
    method: 'GET',
    status: 405,
    type: 'invalid_request_error',
    code: 'method_not_allowed',
    says: /takes POST/,
  },
  {
    what: 'another path',
    path: '/v1/messages/batches',
    status: 404,
    type: 'not_found_error',
    code: 'not_found',
    says: /nothing at/,
  },
  {
    what: 'another path of its client',
    path: '/v1/files',
    status: 404,
    type: 'not_found_error',
    code: 'not_found',
    says: /nothing at/,
  },
  {
    what: 'an unknown model at the list of models',
    path: '/v1/models/none',
    method: 'GET',
    status: 404,
    type: 'not_found_error',
    code: 'model_not_found',
    says: /"none"/,
  },
  {
    what: 'a field that cannot be carried out',
    body: JSON.stringify({ ...HELLO, mcp_servers: [{}] }),
    status: 400,
    type: 'invalid_request_error',
    code: 'invalid_request',
    says: /^mcp_servers: /,
  },
  {
    what: "a provider's 400",
    first: rejected(400, { message: 'temperature is too hot', param: 'temperature' }),
    status: 400,
    type: 'invalid_request_error',
    code: 'invalid_request',
    says: /too hot/,
  },
  {
    what: "a provider's 422",
    first: rejected(422, { message: 'messages: bad' }),
    status: 400,
    type: 'invalid_request_error',
    code: 'invalid_request',
    says: /bad/,
  },
  {
    what: 'a prompt that is too long',
    first: rejected(400, {
      message: "This model's maximum context length is 8192 tokens.",
      code: 'context_length_exceeded',
    }),
    status: 400,
    type: 'invalid_request_error',
    code: 'context_length_exceeded',
    says: /^prompt is too long: .*8192/,
  },
  {
    what: 'content that a provider refuses',
    first: rejected(400, { message: 'Flagged.', code: 'content_filter' }),
    status: 400,
    type: 'invalid_request_error',
    code: 'content_filter',
    says: /Flagged/,
  },
  {
    what: 'no units left',
    first: reply(429, { error: { message: 'spent' } }, { 'retry-after': '7' }),
    status: 429,
    type: 'rate_limit_error',
    code: 'chain_exhausted',
    says: /one\/a-model/,
  },
  {
    what: "a provider's failure",
    first: reply(500, { error: { message: 'broken' } }),
    status: 529,
    type: 'overloaded_error',
    code: 'chain_exhausted',
    says: /broken/,
  },
  {
    what: 'an overloaded provider',
    first: reply(503, { error: { message: 'busy' } }),
    status: 529,
    type: 'overloaded_error',
    code: 'chain_exhausted',
    says: /busy/,
  },
  {
    what: "a provider's 401",
    first: rejected(401, { message: `Wrong key ${KEY}` }),
    status: 529,
    type: 'overloaded_error',
    code: 'chain_exhausted',
    says: /one\/a-model/,
  },
  {
    what: "a provider's 402",
    first: rejected(402, { message: 'Pay first' }),
    status: 429,
    type: 'rate_limit_error',
    code: 'chain_exhausted',
    says: /one\/a-model/,
  },
  {
    what: "a provider's 403",
    first: rejected(403, { message: 'Not your country' }),
    status: 529,
    type: 'overloaded_error',
    code: 'chain_exhausted',
    says: /one\/a-model/,
  },
];

describe('An error in the form of Messages', () => {
  let stage: MessagesStage;

  beforeEach(async () => {
    stage = await MessagesStage.start(
      1,
      {},
      {},
      { server: { apiKeys: ['test-key-of-the-proxy'], maxBodyBytes: 65_536 } },
    );
  });

  afterEach(() => stage.close());

  for (const {
    what,
    first,
    path = '/v1/messages',
    method = 'POST',
    headers = {},
    body,
    status,
    type,
    code,
    says,
  } of CASES) {
    it(`has status ${status} and the type ${type} for ${what}`, async () => {
      if (first !== undefined) stage.upstream().always(first);
      const response = await stage.send(method, path, body ?? JSON.stringify(HELLO), headers);
      const answered = (await response.json()) as { type: string; error: Fields; request_id: string };
      expect(response.status, JSON.stringify(answered)).to.equal(status);
      expect(answered).to.have.all.keys('type', 'error', 'request_id');
      expect(answered.type).to.equal('error');
      expect(answered.error).to.include({ type, code });
      expect(answered.error.message).to.match(says);
      expect(answered.request_id).to.equal(response.headers.get('request-id'));
      expect(JSON.stringify(answered)).not.to.contain(KEY);
      expect(response.headers.has('retry-after')).to.equal(
        status === 429 || (status === 529 && response.headers.has('retry-after')),
      );
      if (code === 'chain_exhausted') expect(answered.error.targets).to.be.an('array').with.length(1);
    });
  }

  it('ends a stream that waited too long for its first token', async () => {
    await stage.close();
    stage = await MessagesStage.start(1, { maxWait: '400ms' });
    stage.upstream().always(reply(429, { error: { message: 'spent' } }, { 'retry-after': '60' }));
    const response = await stage.request('/v1/messages', { ...HELLO, stream: true });
    expect(response.status).to.equal(429);
  });

  it('sends no header of the client to a provider', async () => {
    const headers = { 'anthropic-beta': 'a,b', 'x-stainless-lang': 'js', 'user-agent': 'claude-cli', 'x-app': 'cli' };
    stage.upstream().always(answer('Hello'));
    expect((await stage.ask({}, headers)).status).to.equal(200);
    const sent = stage.upstream().received[0]?.headers ?? {};
    for (const name of ['x-api-key', 'anthropic-version', 'anthropic-beta', 'x-stainless-lang', 'x-app']) {
      expect(sent).not.to.have.property(name);
    }
    expect(sent['user-agent']).to.match(/^429chain/);
  });

  it('is known by its request id: ours, not that of the provider', async () => {
    stage.upstream().always(answer('Hello', { 'x-request-id': 'theirs', 'request-id': 'theirs' }));
    const { headers } = await stage.ask({}, { 'x-request-id': 'req_mine' });
    expect(headers.get('request-id')).to.equal('req_mine');
    expect(JSON.stringify([...headers])).not.to.contain('theirs');
  });

  it('takes a key in either header, and one right key beside a wrong one', async () => {
    const keys: Record<string, string>[] = [
      { 'x-api-key': '', authorization: 'Bearer test-key-of-the-proxy' },
      { 'x-api-key': 'sk-ant-other', authorization: 'Bearer test-key-of-the-proxy' },
      { authorization: 'Bearer sk-ant-other' },
    ];
    for (const headers of keys) expect((await stage.ask({}, headers)).status).to.equal(200);
  });

  it('takes any version and any query', async () => {
    for (const version of ['2026-10-21', 'next']) {
      const response = await stage.request('/v1/messages?beta=true', HELLO, { 'anthropic-version': version });
      expect(response.status).to.equal(200);
    }
  });

  it('is an event in the middle of a stream, after a content filter too', async () => {
    stage
      .upstream()
      .script(
        stream([chunk({ content: 'One' }), 'data: {"error":{"message":"Flagged","code":"content_filter"}}\n\n', DONE]),
      );
    const { error } = await stage.stream({}, false);
    expect(error).to.include({ type: 'invalid_request_error', code: 'content_filter' });
  });
});
