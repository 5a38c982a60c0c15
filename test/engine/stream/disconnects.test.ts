import { expect } from 'chai';
import type { RawCaller } from '../../network/raw-caller.js';
import { type Answerer, answer, chunk, reply, silence, stream } from '../../scripted-upstream.js';
import { until } from '../../until.js';
import { BEGUN, ROLE, Stage, startOf, TEXT, textFrame, textFrames, wholeStream } from './stage.js';

describe('A caller who leaves', () => {
  let stage: Stage;

  afterEach(() => stage.close());

  interface Leaving {
    readonly when: string;
    readonly upstreams: readonly Answerer[];
    readonly body?: object;
    /** Resolves when the caller is to leave. */
    readonly ready: (stage: Stage, caller: RawCaller) => Promise<void> | void;
    /** The upstream whose request must be aborted. Default: the first. */
    readonly of?: number;
  }

  const requestAt =
    (of: number) =>
    ({ upstreams }: Stage): Promise<void> =>
      until(() => upstreams[of]?.received.length === 1);

  const endless: Answerer = async (res, { aborted }) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    let isAborted = false;
    void aborted.then(() => {
      isAborted = true;
    });
    while (!isAborted) {
      if (res.write(chunk({ content: 'x'.repeat(64 * 1024) }))) await new Promise((resolve) => setImmediate(resolve));
      else await Promise.race([aborted, new Promise((resolve) => res.once('drain', resolve))]);
    }
  };

  const breaking = stream([ROLE, ...textFrames(BEGUN)], 'cut');
  const LAST_FRAME = textFrames(TEXT).at(-1) as string;

  const LEAVING: readonly Leaving[] = [
    { when: 'before the first byte', upstreams: [silence], ready: requestAt(0) },
    { when: 'before the first token', upstreams: [stream([': wait\n\n', ROLE], 'hang')], ready: requestAt(0) },
    {
      when: 'in the middle of a stream',
      upstreams: [stream([ROLE, ...textFrames(TEXT)], 'hang')],
      ready: (_, caller) => caller.sees(LAST_FRAME),
    },
    { when: 'in the middle of an endless stream', upstreams: [endless], ready: (_, caller) => caller.sees('xxx') },
    {
      when: 'without reading anything of a stream',
      upstreams: [endless],
      ready: async (stage, caller) => {
        caller.socket.pause();
        await requestAt(0)(stage);
      },
    },
    {
      when: 'in the middle of a tool call',
      upstreams: [
        stream(
          [textFrame('a'), chunk({ tool_calls: [{ index: 0, id: 'x', function: { name: 'f', arguments: '{' } }] })],
          'hang',
        ),
      ],
      ready: (_, caller) => caller.sees('"a"'),
    },
    { when: 'without streaming', upstreams: [silence], body: { stream: false }, ready: requestAt(0) },
    {
      when: 'without streaming, in the middle of the answer',
      upstreams: [(res) => void res.writeHead(200, { 'content-type': 'application/json' }).write('{"choices":')],
      body: { stream: false },
      ready: requestAt(0),
    },
    {
      when: 'during the attempt at the second target',
      upstreams: [reply(500, 'no'), silence],
      ready: requestAt(1),
      of: 1,
    },
    { when: 'before the next target resumes', upstreams: [breaking, silence], ready: requestAt(1), of: 1 },
    {
      when: 'after another target has resumed',
      upstreams: [
        breaking,
        (res, request) =>
          stream(textFrames(TEXT.slice(startOf(request, 'repeats the last words'))), 'hang')(res, request),
      ],
      ready: (_, caller) => caller.sees(': 429chain: '),
      of: 1,
    },
  ];

  for (const { when, upstreams, body, ready, of = 0 } of LEAVING) {
    it(`ends the request to the provider and frees its slot: ${when} (pitfall 30: noticed only during the relay)`, async () => {
      const limits = [{ concurrent: 1 }, { requests: 9, per: '1h' }, { tokens: 1_000_000_000, per: '1h' }];
      stage = await Stage.set(upstreams, { provider: { limits } });
      const caller = stage.raw(body);
      await ready(stage, caller);
      caller.leave();
      await stage.upstreams[of]?.received[0]?.aborted;
      const { status, attempts } = await stage.outcome();
      expect(status).to.equal(499);
      expect(attempts.at(-1)?.failure?.class).to.equal('cancelled');
      await stage.proxy.app.runtime.waterfall.idle();
      expect(stage.quotas.map(({ inFlight }) => inFlight)).to.deep.equal([0, 0, 0]);
      // The provider got the request, so it counts.
      const used = Object.fromEntries(stage.quotas.map(({ dimension, used }) => [dimension, used]));
      expect(used.requests).to.equal(1);
      expect(used.tokens).to.be.greaterThan(of === 0 ? 0 : -1);
      // The target is not to blame, and its slot is free: it gets the next request.
      stage.upstreams[of]?.always(answer('hello'));
      const model = `${['one', 'two'][of]}/a-model`;
      expect((await stage.raw({ stream: false, model }).answer()).status).to.equal(200);
    });
  }

  it('leaves the queue, and no target gets the request (pitfall 30)', async () => {
    stage = await Stage.set([reply(429, { error: { message: 'spent' } }, { 'retry-after': '600' })], {
      chain: { maxWait: '1h' },
      provider: { limits: [{ concurrent: 1 }] },
    });
    const caller = stage.raw();
    await until(() => stage.proxy.app.runtime.waterfall.waiting === 1);
    caller.leave();
    const { status, attempts } = await stage.outcome();
    expect(status).to.equal(499);
    expect(attempts.map(({ failure }) => failure?.class)).to.deep.equal(['rate_limit']);
    expect(stage.proxy.app.runtime.waterfall.waiting).to.equal(0);
    expect(stage.quotas.map(({ inFlight }) => inFlight)).to.deep.equal([0]);
    expect(stage.requestCounts).to.deep.equal([1]);
  });

  it('leaves the queue for a slot, and the next caller gets the slot', async () => {
    stage = await Stage.set([silence], { chain: { maxWait: '1h' }, provider: { limits: [{ concurrent: 1 }] } });
    const { waterfall } = stage.proxy.app.runtime;
    const first = stage.raw();
    await until(() => stage.requestCounts[0] === 1);
    const second = stage.raw();
    await until(() => waterfall.waiting === 1);
    const third = stage.raw();
    await until(() => waterfall.waiting === 2);
    stage.upstreams[0]?.always(stream([wholeStream('for the third')]));
    second.leave();
    await until(() => waterfall.waiting === 1);
    first.leave();
    expect((await third.answer()).body.toString()).to.equal(wholeStream('for the third'));
    expect(stage.requestCounts).to.deep.equal([2]);
  });
});
