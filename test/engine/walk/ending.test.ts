import { expect } from 'chai';
import { HELLO } from '../../proxy.js';
import { answer, reply, silence } from '../../scripted-upstream.js';
import { type Asked, broken, ChainStage, spent } from '../chain-stage.js';

/** A provider's refusal of the request, as the caller gets it. */
const rejection = (message: string, code = 'invalid_request'): object => ({
  error: { message, type: 'invalid_request_error', code, param: null },
});

describe('How a request ends when no target serves it', () => {
  let stage: ChainStage;

  const start = async (...given: Parameters<typeof ChainStage.start>): Promise<ChainStage> => {
    stage = await ChainStage.start(...given);
    return stage;
  };

  const ask = (body?: object): Promise<Asked> => stage.ask(body);

  afterEach(() => stage.close());

  it('returns the first rejection when every target rejects the request', async () => {
    const { upstreams } = await start(2);
    upstreams[0]?.always(reply(400, { error: { message: 'temperature must be below 2' } }));
    upstreams[1]?.always(reply(422, { detail: 'also not' }));
    expect(await ask()).to.deep.include({ status: 400, body: rejection('temperature must be below 2') });
  });

  it('returns a rejection at once when no other target can serve within maxWait (pitfall 33: a 400 waited the full time)', async () => {
    const { upstreams } = await start(2, { maxWait: '30s' });
    upstreams[0]?.script(spent('60'));
    await ask();
    upstreams[1]?.always(reply(400, { error: { message: 'no' } }));
    expect((await ask()).status).to.equal(400);
  });

  const REJECTIONS = [
    ['cannot do what is asked', 400, { error: { message: 'This model does not support tools' } }],
    ['finds the request too large', 413, { error: { message: 'Request too large' } }],
    [
      'has a smaller context window',
      400,
      { error: { message: 'maximum context length is 8192 tokens', code: 'context_length_exceeded' } },
    ],
  ] as const;
  for (const [what, status, body] of REJECTIONS) {
    it(`waits for a target that is back within maxWait although another ${what}`, async () => {
      const { upstreams } = await start(2, { maxWait: '12s' });
      upstreams[0]?.script(spent('1'));
      upstreams[1]?.always(reply(status, body));
      expect(await ask()).to.include({ status: 200, target: 'one/a-model' });
    });
  }

  it('reports an overflow, whatever limits other targets have: a smaller request may be served at once', async () => {
    const { upstreams } = await start(2, { maxWait: '1s' });
    upstreams[0]?.always(spent('5000'));
    const overflow = {
      error: { message: 'This model has a maximum context length of 8192 tokens', code: 'context_length_exceeded' },
    };
    upstreams[1]?.always(reply(400, overflow));
    for (let index = 0; index < 2; index++) {
      const { status, body } = await ask();
      expect([status, body]).to.deep.equal([400, rejection(overflow.error.message, 'context_length_exceeded')]);
    }
  });

  it('passes a rejection through to each of two parallel requests to a stranger', async () => {
    const { upstreams } = await start(1, { maxWait: '0s' });
    upstreams[0]?.always(reply(400, { error: { message: 'no' } }));
    const answers = await Promise.all([ask(), ask()]);
    expect(answers.map(({ status }) => status)).to.deep.equal([400, 400]);
  });

  it('answers 503 without waiting when faults, not limits, keep the targets back', async () => {
    const { upstreams } = await start(2, { maxWait: '1h' });
    upstreams[0]?.always(broken);
    upstreams[1]?.always(reply(503, 'busy'));
    const { status, body } = await ask();
    expect(status).to.equal(503);
    expect(body.error.targets.map(({ reason }) => reason)).to.deep.equal(['server_error', 'overloaded']);
  });

  it('masks a key that a provider echoes in its rejection (pitfall 45)', async () => {
    const { upstreams } = await start(1);
    upstreams[0]?.always((res, { headers }) =>
      reply(400, { error: { message: `bad: ${headers.authorization}` } })(res, {} as never),
    );
    expect((await ask()).body).to.deep.equal(rejection('bad: Bearer ***'));
  });

  it('does not take a rejection that breaks off for a rejection', async () => {
    const { upstreams } = await start(2);
    upstreams[0]?.always((res) => {
      res.writeHead(400, { 'content-type': 'application/json', 'content-length': '500' });
      res.write('{"error":');
      setImmediate(() => res.destroy());
    });
    expect((await ask()).target).to.equal('two/a-model');
    upstreams[1]?.always(silence);
  });

  it('masks keys in the words of providers (pitfall 45: part of a key relayed)', async () => {
    const { upstreams } = await start(1);
    upstreams[0]?.always(
      reply(401, { error: { message: 'Incorrect API key provided: key-of-one, or sk-inval*****6789.' } }),
    );
    const text = JSON.stringify((await ask()).body);
    expect(text).to.include('Incorrect API key provided');
    expect(text).not.to.match(/key-of-one|6789/);
  });

  describe('moderation', () => {
    const refusal = {
      error: { message: 'flagged', code: 403, metadata: { reasons: ['violence'], flagged_input: '…' } },
    };

    it('returns the refusal and asks no other target', async () => {
      const { upstreams } = await start(2, {}, { type: 'openrouter' });
      upstreams[0]?.always(reply(403, refusal));
      expect(await ask()).to.deep.include({ status: 400, body: rejection('flagged', 'content_filter') });
      expect(upstreams[1]?.received).to.have.length(0);
    });

    it("asks the next target if the chain says onModeration: 'next'", async () => {
      const { upstreams } = await start(2, { onModeration: 'next' }, { type: 'openrouter' });
      upstreams[0]?.always(reply(403, refusal));
      expect((await ask()).target).to.equal('two/a-model');
    });
  });

  it('moves down to a larger model when a request is too large for the first (pitfall 19)', async () => {
    const { upstreams } = await start(3);
    const tooLarge = {
      error: { message: 'This model has a maximum context length of 8192 tokens', code: 'context_length_exceeded' },
    };
    upstreams[0]?.always(reply(400, tooLarge));
    upstreams[1]?.always(reply(413, { error: { message: 'Request too large' } }, { 'retry-after': '9' }));
    for (let index = 0; index < 2; index++) expect((await ask()).target).to.equal('three/a-model');
    expect(upstreams.map(({ received }) => received.length)).to.deep.equal([2, 2, 2]);
  });

  it('passes the rejection through as an overflow when a request is too large for every target', async () => {
    const { upstreams } = await start(2, { maxWait: '1h' });
    for (const upstream of upstreams) upstream.always(reply(413, { error: { message: 'Request too large' } }));
    const body = rejection('Request too large', 'context_length_exceeded');
    expect(await ask()).to.deep.include({ status: 400, body });
  });

  describe('a request that is larger than known limits', () => {
    const LONG = { messages: [{ role: 'user', content: 'word '.repeat(4_000) }] };
    const limits = [{ tokens: 1_000, per: '1m' }];

    it('is refused as an overflow, with each limit and what to do', async () => {
      const { upstreams } = await start(2, { maxWait: '1h' }, { limits });
      const { status, body } = await ask(LONG);
      expect(status).to.equal(400);
      expect(body.error).to.include({
        type: 'invalid_request_error',
        code: 'context_length_exceeded',
        chain: 'default',
      });
      expect(body.error.message)
        .to.match(/^The request is too large for chain "default"\. one\/a-model: .*more than the limit of 1000 per 1m/)
        .and.contain('two/a-model')
        .and.match(/Send a shorter prompt or a smaller max_tokens/);
      expect(upstreams.map(({ received }) => received.length)).to.deep.equal([0, 0]);
    });

    for (const [seconds, status, code] of [
      ['30', 503, 'chain_exhausted'],
      ['5000', 400, 'context_length_exceeded'],
    ] as const) {
      it(`is answered ${status} when another target is back in ${seconds} s`, async () => {
        const targets = ['one/a-model', { provider: 'two', model: 'a-model', limits }];
        const { upstreams } = await start(2, { targets, maxWait: '1s' });
        upstreams[0]?.always(spent(seconds));
        const { body, ...asked } = await ask(LONG);
        expect([asked.status, body.error.code]).to.deep.equal([status, code]);
      });
    }
  });

  it('says when to try again after an outage that may end at once', async () => {
    const { upstreams } = await start(1);
    upstreams[0]?.always(broken);
    const { status, headers } = await stage.proxy.post({ messages: HELLO });
    expect([status, headers.get('retry-after')]).to.deep.equal([503, '1']);
  });

  it('says in plain words what keeps each target back', async () => {
    const { upstreams } = await start(2, {}, { limits: [{ requests: 1, per: '1h' }] });
    upstreams[0]?.script(answer('hello'));
    upstreams[1]?.always(reply(429, { error: { message: 'Too many requests.' } }, { 'retry-after': '60' }));
    await ask({ model: 'one/a-model' });
    const words = (await ask()).body.error.message;
    expect(words)
      .to.match(/^No target of chain "default" can answer now\. one\/a-model: one: 0 of 1 requests per 1h left/)
      .and.match(/, resets in 1h\d*m? · two\/a-model: rate limit reached \(429: Too many requests\.\), back in /);
  });
});
