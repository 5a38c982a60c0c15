import { expect } from 'chai';
import { HELLO } from '../proxy.js';
import { type Answerer, answer, completion, hangUp, reply, silence } from '../scripted-upstream.js';
import { type Asked, broken, ChainStage, spent } from './chain-stage.js';

describe('Waterfall', () => {
  let stage: ChainStage;

  const start = async (...given: Parameters<typeof ChainStage.start>): Promise<ChainStage> => {
    stage = await ChainStage.start(...given);
    return stage;
  };

  const ask = (body?: object): Promise<Asked> => stage.ask(body);

  afterEach(() => stage.close());

  describe('finds the chain that `model` means', () => {
    const names: [string, unknown, string][] = [
      ['a chain name', 'default', 'a-model'],
      ['provider/model of a chain', 'one/a-model', 'a-model'],
      ['provider/model that no chain names', 'one/vendor/other:free', 'vendor/other:free'],
      ['a hard-coded foreign name', 'gpt-4o', 'a-model'],
      ['an unknown provider', 'nobody/gpt-4o', 'a-model'],
      ['an empty name', '', 'a-model'],
      ['no name', undefined, 'a-model'],
    ];
    for (const [what, model, expected] of names) {
      it(`${what}: ${String(model)}`, async () => {
        const { upstreams } = await start(1);
        expect((await ask({ model })).status).to.equal(200);
        expect(upstreams[0]?.received[0]?.body.model).to.equal(expected);
      });
    }
  });

  it('skips an exhausted target without asking it', async () => {
    const { upstreams } = await start(2);
    upstreams[0]?.script(spent('60'));
    for (let index = 0; index < 4; index++) expect((await ask()).target).to.equal('two/a-model');
    expect(upstreams[0]?.received).to.have.length(1);
  });

  it('asks every target of a long chain, whatever the retries (pitfall 20: tries capped by a setting)', async () => {
    const { upstreams } = await start(5, { retries: 1 });
    for (const upstream of upstreams.slice(0, 4)) upstream.always(broken);
    expect((await ask()).target).to.equal('five/a-model');
    expect(upstreams.map(({ received }) => received.length)).to.deep.equal([2, 2, 2, 2, 1]);
  });

  it('repeats in place what failed fast, and no timeout', async () => {
    const timeouts = { firstToken: '300ms' };
    const { upstreams } = await start(3, { retries: 1 }, { timeouts });
    upstreams[0]?.always(silence);
    upstreams[1]?.always(hangUp);
    expect((await ask()).target).to.equal('three/a-model');
    expect(upstreams.map(({ received }) => received.length)).to.deep.equal([1, 2, 1]);
  });

  it('does not ask a provider again that refused its key (pitfall 17: a dead key on every request)', async () => {
    const { upstreams, proxy } = await start(2);
    upstreams[0]?.always(reply(401, { error: { message: 'Incorrect API key provided: key-of-one' } }));
    for (let index = 0; index < 3; index++) expect((await ask()).status).to.equal(200);
    expect(upstreams[0]?.received).to.have.length(1);
    const [target] = proxy.app.runtime.chains.all[0]?.targets ?? [];
    expect(target && proxy.app.runtime.stateOf(target).state).to.equal('disabled');
  });

  describe('a refused field', () => {
    const refuse: Answerer = (res, request) =>
      'store' in request.body
        ? reply(422, {
            detail: [{ type: 'extra_forbidden', loc: ['body', 'store'], msg: 'Extra inputs are not permitted' }],
          })(res, request)
        : answer('hello')(res, request);

    it('is left out for the refused value only, as long as no other value was refused', async () => {
      const { upstreams } = await start(1);
      upstreams[0]?.always((res, request) =>
        request.body.reasoning_effort === 'bogus'
          ? reply(400, {
              error: { message: 'Unsupported value', param: 'reasoning_effort', code: 'unsupported_value' },
            })(res, request)
          : answer('hello')(res, request),
      );
      for (const effort of ['bogus', 'high', 'bogus']) await ask({ reasoning_effort: effort });
      const sent = upstreams[0]?.received.map(({ body }) => body.reasoning_effort);
      expect(sent).to.deep.equal(['bogus', undefined, 'high', undefined]);
    });

    it('is left out in one repaired retry at the same target and never sent there again', async () => {
      const { upstreams } = await start(2);
      upstreams[0]?.always(refuse);
      for (let index = 0; index < 2; index++) expect((await ask({ store: false })).target).to.equal('one/a-model');
      expect(upstreams[0]?.received.map(({ body }) => 'store' in body)).to.deep.equal([true, false, false]);
    });
  });

  for (const patience of ['0s', '3s']) {
    it(`leaves a target that served a conversation so far once it is exhausted, with a patience of ${patience} (pitfall 23: a caller was pinned to a target that answered 429)`, async () => {
      const { upstreams } = await start(2, { maxWait: '10s', patience });
      const conversation: { role: string; content: string }[] = [];
      const goOn = (): Promise<{ target: string | null }> => {
        conversation.push({ role: 'user', content: 'Go on' }, { role: 'assistant', content: 'I do' });
        return ask({ messages: [...conversation, ...HELLO], user: 'somebody' });
      };
      for (let index = 0; index < 3; index++) expect((await goOn()).target).to.equal('one/a-model');
      upstreams[0]?.script(spent('60'));
      for (let index = 0; index < 3; index++) expect((await goOn()).target).to.equal('two/a-model');
      expect(upstreams[0]?.received).to.have.length(4);
    });
  }

  it('waits as long as a hook says and asks the hook no more often than needed', async () => {
    const { proxy } = await start(1, { maxWait: '10s' });
    const opensAt = Date.now() + 700;
    let asked = 0;
    proxy.app.runtime.host.hooks.beforeAttempt.tap('test', () => {
      asked++;
      return Date.now() < opensAt ? { reason: 'closed', retryAt: opensAt } : undefined;
    });
    expect((await ask()).status).to.equal(200);
    expect(asked).to.be.at.most(4);
  });

  it('answers 429 when every configured target is out of quota, even if others have no key', async () => {
    const idle = { type: 'groq', apiKey: '${SET_NOWHERE}' };
    const targets = ['idle/a-model', 'one/a-model'];
    const { upstreams } = await start(1, { targets }, {}, { providers: { idle } });
    upstreams[0]?.always(spent('60'));
    const { status, body } = await ask();
    expect(status).to.equal(429);
    expect(body.error.targets.map(({ reason }) => reason)).to.deep.equal(['SET_NOWHERE is not set', 'rate_limit']);
  });

  it('ends a guess early by one probe (pitfall 10: out until restart)', async () => {
    const { upstreams } = await start(1, { maxWait: '20s' });
    upstreams[0]?.script(reply(429, { error: { message: 'Too Many Requests' } }));
    expect((await ask()).status).to.equal(200);
    expect(upstreams[0]?.received).to.have.length(2);
  });

  it('serves an answer without usage (pitfall 32: the logger threw)', async () => {
    const { upstreams } = await start(1);
    const { usage: _, ...without } = completion('hi');
    upstreams[0]?.always(reply(200, without));
    expect((await ask()).status).to.equal(200);
  });

  it('sends a herd of 40 to an unknown provider only as far as it answers (pitfall 1)', async () => {
    const { upstreams } = await start(2);
    let count = 0;
    upstreams[0]?.always((res, request) => {
      count++;
      const headers = {
        'x-ratelimit-limit-requests': '5',
        'x-ratelimit-remaining-requests': String(Math.max(0, 5 - count)),
        'x-ratelimit-reset-requests': '60s',
      };
      return count <= 5
        ? answer('one', headers)(res, request)
        : reply(429, { error: { message: 'spent' } }, headers)(res, request);
    });
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask()));
    expect(answers.every(({ status }) => status === 200)).to.equal(true);
    expect(count).to.be.at.most(6);
  });
});
