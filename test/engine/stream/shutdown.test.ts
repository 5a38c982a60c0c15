import { expect } from 'chai';
import OpenAI from 'openai';
import {
  type Answerer,
  chunk,
  completion,
  type ReceivedRequest,
  reply,
  silence,
  stream,
} from '../../scripted-upstream.js';
import { until } from '../../until.js';
import { endFrames, ROLE, readWithSdk, resuming, Stage, TEXT, textFrame, textFrames } from './stage.js';

describe('A shutdown with requests in flight', () => {
  let stage: Stage;

  afterEach(() => stage.close());

  const LONG_ENOUGH_MS = 15_000;

  /** Sends the first words, and the rest on `release`. */
  const held = (): { answerer: Answerer; release: () => void } => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const answerer: Answerer = async (res, { body }) => {
      if (body.stream !== true) {
        await released;
        return reply(200, completion('late'))(res, {} as ReceivedRequest);
      }
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write([ROLE, textFrame('begun')].join(''));
      await released;
      res.end([textFrame(' and ended'), ...endFrames()].join(''));
    };
    return { answerer, release };
  };

  it('lets a stream run to its end', async () => {
    const { answerer, release } = held();
    stage = await Stage.set([answerer]);
    const caller = stage.raw();
    await caller.sees('begun');
    const closed = stage.proxy.app.close(LONG_ENOUGH_MS);
    release();
    const { body, whole } = await caller.answer();
    expect(body.toString()).to.equal([ROLE, textFrame('begun'), textFrame(' and ended'), ...endFrames()].join(''));
    expect(whole).to.equal(true);
    await closed;
  });

  it('lets a whole answer through', async () => {
    const { answerer, release } = held();
    stage = await Stage.set([answerer]);
    const caller = stage.raw({ stream: false });
    await until(() => stage.requestCounts[0] === 1);
    const closed = stage.proxy.app.close(LONG_ENOUGH_MS);
    release();
    const { status, body } = await caller.answer();
    expect(status).to.equal(200);
    expect(JSON.parse(body.toString())).to.deep.equal(completion('late'));
    await closed;
  });

  it('still resumes a stream that breaks', async () => {
    let cut = (): void => {};
    const cutting = new Promise<void>((resolve) => {
      cut = resolve;
    });
    stage = await Stage.set([
      async (res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        res.write([ROLE, ...textFrames(TEXT.slice(0, 130))].join(''));
        await cutting;
        res.destroy();
      },
      resuming('repeats the last words'),
    ]);
    const caller = stage.raw();
    await caller.sees(textFrames(TEXT.slice(0, 130)).at(-1) as string);
    const closed = stage.proxy.app.close(LONG_ENOUGH_MS);
    cut();
    const { body } = await caller.answer();
    expect(body.toString()).to.contain('continues').and.contain('[DONE]').and.not.contain('error');
    await closed;
  });

  it('ends a stream that takes too long with the error `shutting_down`, without [DONE]', async () => {
    stage = await Stage.set([held().answerer]);
    const caller = stage.raw();
    await caller.sees('begun');
    await stage.proxy.app.close(200);
    const { body, whole } = await caller.answer();
    const [frames, last = ''] = [body.toString().slice(0, -1), body.toString().trimEnd().split('\n\n').at(-1)];
    expect(frames.startsWith([ROLE, textFrame('begun')].join(''))).to.equal(true);
    expect(JSON.parse(last.replace('data: ', '')).error).to.include({ code: 'shutting_down' });
    expect(body.includes('[DONE]')).to.equal(false);
    expect(whole).to.equal(true);
  });

  it('makes the SDK throw for a stream that takes too long', async () => {
    stage = await Stage.set([held().answerer]);
    const read = readWithSdk(stage);
    await until(() => stage.requestCounts[0] === 1);
    await stage.proxy.app.close(200);
    const { error } = await read;
    expect(error).to.be.instanceOf(OpenAI.APIError).and.have.property('code', 'shutting_down');
  });

  it('ends a stream that is waiting to be resumed with the error `shutting_down`', async () => {
    stage = await Stage.set([stream([ROLE, ...textFrames(TEXT.slice(0, 130))], 'cut'), silence]);
    const caller = stage.raw();
    await until(() => stage.requestCounts[1] === 1);
    await stage.proxy.app.close(200);
    const { body } = await caller.answer();
    expect(body.toString()).to.contain('"code":"shutting_down"').and.not.contain('[DONE]');
  });

  it('answers 503 `shutting_down` for a whole answer that takes too long', async () => {
    stage = await Stage.set([held().answerer]);
    const caller = stage.raw({ stream: false });
    await until(() => stage.requestCounts[0] === 1);
    await stage.proxy.app.close(200);
    const { status, body } = await caller.answer();
    expect(status).to.equal(503);
    expect(JSON.parse(body.toString()).error).to.include({ code: 'shutting_down' });
  });

  it('answers 503 `shutting_down` for a stream without its first token', async () => {
    stage = await Stage.set([silence]);
    const caller = stage.raw();
    await until(() => stage.requestCounts[0] === 1);
    await stage.proxy.app.close(200);
    const { status, body } = await caller.answer();
    expect(status).to.equal(503);
    expect(JSON.parse(body.toString()).error).to.include({ code: 'shutting_down' });
  });

  it('refuses a new request at once, while others finish', async () => {
    const { answerer, release } = held();
    stage = await Stage.set([answerer]);
    const caller = stage.raw();
    await caller.sees('begun');
    const closed = stage.proxy.app.close(LONG_ENOUGH_MS);
    const { status, headers, body } = await stage.raw().answer();
    expect(status).to.equal(503);
    expect(headers).to.have.property('retry-after', '1');
    expect(JSON.parse(body.toString()).error).to.include({ code: 'shutting_down' });
    release();
    expect((await caller.answer()).body.includes('[DONE]')).to.equal(true);
    await closed;
    expect(stage.requestCounts).to.deep.equal([1]);
  });

  it('refuses a queued request at once, while others finish (pitfall 42: queued requests got a 500)', async () => {
    const { answerer, release } = held();
    stage = await Stage.set([answerer], { chain: { maxWait: '1h' }, provider: { limits: [{ concurrent: 1 }] } });
    const caller = stage.raw();
    await caller.sees('begun');
    const queued = stage.raw();
    await until(() => stage.proxy.app.runtime.waterfall.waiting === 1);
    const closed = stage.proxy.app.close(LONG_ENOUGH_MS);
    const { status, body } = await queued.answer();
    expect(status).to.equal(503);
    expect(JSON.parse(body.toString()).error).to.include({ code: 'shutting_down' });
    release();
    expect((await caller.answer()).body.includes('[DONE]')).to.equal(true);
    await closed;
    expect(stage.requestCounts).to.deep.equal([1]);
  });

  it('closes nothing before plugins have handled the last request (pitfall 42: the database was closed first)', async () => {
    const { answerer, release } = held();
    stage = await Stage.set([answerer]);
    const order: string[] = [];
    stage.proxy.app.runtime.host.hooks.afterResponse.tapPromise('slow', async () => {
      order.push('called');
      await new Promise((resolve) => setImmediate(resolve));
      order.push('written');
    });
    const caller = stage.raw();
    await caller.sees('begun');
    const closed = stage.proxy.app.close(LONG_ENOUGH_MS).then(() => order.push('closed'));
    release();
    await caller.answer();
    await closed;
    expect(order).to.deep.equal(['called', 'written', 'closed']);
  });

  it('is not delayed by a caller who does not read (pitfall 42: open streams blocked the exit for ever)', async () => {
    const big = Array.from({ length: 120 }, () => chunk({ content: 'x'.repeat(256 * 1024) }));
    stage = await Stage.set([stream(big, 'hang')]);
    const caller = stage.raw();
    await until(() => caller.bytes > 0);
    caller.socket.pause();
    await stage.proxy.app.close(200);
    expect(stage.upstreams[0]?.openSockets).to.equal(0);
    caller.leave();
  });
});
