import { definePlugin } from '429chain/plugin';
import { expect } from 'chai';
import { sizeOf } from '../../../src/engine/attempt/request/request-size.js';
import { Caller } from '../../../src/engine/caller.js';
import { chainOver, HELLO, type RunningProxy, startProxy } from '../../proxy.js';
import { type Answerer, answer, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { TurningClock } from '../../turning-clock.js';
import { until } from '../../until.js';

const part = (type: string, value: object): object => ({ type, [type]: value });
const IMAGE = part('image_url', { url: 'data:image/png;base64,AAAA' });
const FILE = part('file', { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' });
const AUDIO = part('input_audio', { data: 'AAAA', format: 'wav' });
const seen = (...parts: object[]): object[] => [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: [{ type: 'text', text: 'What is it?' }, ...parts] },
];

const refusal = (message: string, status = 400): Answerer => reply(status, { error: { message } });
const BLIND = refusal('This model does not support image input');
/** Refuses what is no text, as `BLIND` does, and answers everything else. */
const blind: Answerer = (res, request) =>
  (JSON.stringify(request.body).includes('image_url') ? BLIND : answer('text'))(res, request);

/** How many requests came in; the list of models may be asked for beside them. */
const asked = ({ received }: ScriptedUpstream): number => received.filter(({ method }) => method === 'POST').length;

const HOUR_MS = 3_600_000;

describe('A target that takes no images', () => {
  let one: ScriptedUpstream;
  let two: ScriptedUpstream;
  let proxy: RunningProxy | undefined;

  beforeEach(async () => {
    one = await ScriptedUpstream.start();
    two = await ScriptedUpstream.start();
    two.always(answer('seen'));
  });
  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
    await Promise.all([one.close(), two.close()]);
  });

  const start = async (lacks: readonly string[] = [], clock?: TurningClock): Promise<RunningProxy> => {
    const types = definePlugin({
      name: 'types',
      apply: (api) => api.addProviderType('lacking', { lacks: lacks as never }),
    });
    const { providers, chains } = chainOver([one, two]) as { providers: Record<string, object>; chains: object };
    const configuration = { providers: { ...providers, one: { ...providers.one, type: 'lacking' } }, chains };
    proxy = await startProxy(lacks.length === 0 ? chainOver([one, two]) : configuration, {
      plugins: [types],
      ...(clock && { clock }),
    });
    return proxy;
  };

  const ask = async (messages: unknown, more: object = {}) => {
    const response = await (proxy as RunningProxy).post({ messages, ...more });
    const body = (await response.json()) as {
      choices?: unknown[];
      error?: { message: string; code: string; param?: string; targets?: { target: string; reason: string }[] };
    };
    return { status: response.status, target: response.headers.get('x-429chain-target'), error: body.error };
  };

  const explain = async (messages: object[]) => {
    const { app } = proxy as RunningProxy;
    const body = { messages };
    const chain = app.runtime.chains.resolve('default');
    const size = sizeOf(body);
    const shared = { id: 'x', path: '/chat/completions', stream: false, caller: new Caller(), keyLabel: 'key 1' };
    return app.runtime.waterfall.explain({ ...shared, chain, body, size });
  };

  for (const [kind, given] of [
    ['images', IMAGE],
    ['files', FILE],
    ['audio', AUDIO],
  ] as const) {
    it(`is passed over for a request with ${kind}, where its type says so`, async () => {
      await start([kind]);
      expect(await ask(seen(given))).to.include({ status: 200, target: 'two/a-model' });
      expect(asked(one)).to.equal(0);
      expect(await ask(HELLO)).to.include({ status: 200, target: 'one/a-model' });
    });
  }

  it('says so in explain, and explain does what the request does', async () => {
    await start(['images']);
    const { decision, targets } = await explain(seen(IMAGE));
    expect(decision).to.deep.equal({ kind: 'asks', target: 'two/a-model' });
    expect(targets[0]).to.deep.include({ state: 'available', step: 'skipped', reason: 'takes no images' });
    expect((await explain([...HELLO])).decision).to.deep.equal({ kind: 'asks', target: 'one/a-model' });
  });

  it('is found in a message of a tool too', async () => {
    await start(['images']);
    const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } };
    const messages = [
      ...HELLO,
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_1', content: [IMAGE] },
    ];
    expect(await ask(messages)).to.include({ target: 'two/a-model' });
  });

  it('is asked once, where only its refusal says so, and again after six hours', async () => {
    const clock = new TurningClock();
    await start([], clock);
    one.always(blind);
    for (const expected of [1, 1, 1]) {
      expect(await ask(seen(IMAGE))).to.include({ status: 200, target: 'two/a-model' });
      expect(asked(one)).to.equal(expected);
    }
    expect(await ask(HELLO)).to.include({ target: 'one/a-model' });
    expect(await ask(seen(FILE)), 'only images').to.include({ target: 'one/a-model' });
    clock.turn(7 * HOUR_MS);
    await ask(seen(IMAGE));
    expect(asked(one)).to.equal(4);
  });

  it('is asked for texts first as strings, where it wants strings', async () => {
    await start();
    one.always((res, request) => {
      const lists = (request.body.messages as { content: unknown }[]).some(({ content }) => Array.isArray(content));
      return (lists ? refusal('messages[1].content must be a string') : answer('text'))(res, request);
    });
    expect(await ask(seen())).to.include({ target: 'one/a-model' });
    expect(await ask(seen(IMAGE))).to.include({ target: 'two/a-model' });
    const before = asked(one);
    expect(await ask(seen(IMAGE))).to.include({ target: 'two/a-model' });
    expect(asked(one)).to.equal(before);
  });

  it('is passed over where the list of models says so', async () => {
    const models = { data: [{ id: 'a-model', capabilities: { completion_chat: true, vision: false } }] };
    one.always((res, request) => (request.method === 'GET' ? reply(200, models) : answer('text'))(res, request));
    const { app } = await start();
    const [target] = app.runtime.chains.resolve('default').targets;
    await until(() => target !== undefined && app.runtime.modelOf(target)?.vision === false);
    expect(await ask(seen(IMAGE))).to.include({ target: 'two/a-model' });
    expect(await ask(HELLO)).to.include({ target: 'one/a-model' });
  });

  it('is not taken for blind because one image is broken', async () => {
    await start();
    one.always(refusal('Invalid image_url: could not download the image'));
    await ask(seen(IMAGE));
    await ask(seen(IMAGE));
    expect(asked(one)).to.equal(2);
  });

  it('is no reason to wait: a 400 names the image where no target takes it, at once and learned alike', async () => {
    await start(['images']);
    two.always(blind);
    for (const times of [1, 1]) {
      const { status, error } = await ask(seen(IMAGE));
      expect(status).to.equal(400);
      expect(error).to.include({ code: 'invalid_request', param: 'messages[1].content[1]' });
      expect(error?.message).to.include(
        '"messages[1].content[1]" is an image, which no target of chain "default" takes.',
      );
      expect(asked(two)).to.equal(times);
    }
    expect((await explain(seen(IMAGE))).decision).to.include({ kind: 'refuses', status: 400 });
    expect(await ask(HELLO)).to.include({ status: 200 });
  });

  it('is not what a caller hears of where another target only has no quota left', async () => {
    await start();
    one.always(blind);
    two.always(reply(429, { error: { message: 'spent' } }, { 'retry-after': '60' }));
    for (const state of ['first', 'learned']) {
      const { status, error } = await ask(seen(IMAGE));
      expect(status, state).to.equal(429);
      expect(error?.code).to.equal('chain_exhausted');
    }
  });

  it('stays out of the way of another refusal of the request', async () => {
    await start(['images']);
    two.always(refusal('temperature must be at most 2'));
    const { status, error } = await ask(seen(IMAGE), { temperature: 9 });
    expect(status).to.equal(400);
    expect(error?.message).to.equal('temperature must be at most 2');
  });
});
