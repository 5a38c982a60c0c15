import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../src/clock.js';
import type { Finding } from '../../src/contract/inspection.js';
import { Upstream } from '../../src/engine/attempt/connection/upstream.js';
import { Inspections } from '../../src/inspection/inspections.js';
import { MemoryLog, type RunningProxy, startProxy } from '../proxy.js';
import { completion, reply, ScriptedUpstream } from '../scripted-upstream.js';
import { until } from '../until.js';

type Listed = Readonly<Record<string, unknown>>;

const PAID = { pricing: { prompt: '0.000001', completion: '0.000002' } };
const FREE = { pricing: { prompt: '0', completion: '0' } };

/** What a provider answers at two looks, one after the other, and what the second one finds. */
interface Case {
  readonly what: string;
  readonly type?: string;
  readonly model?: string;
  readonly first: readonly Listed[] | number;
  readonly second: readonly Listed[] | number;
  /** Rate-limit headers of an answer in between. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly finds: readonly (readonly [kind: Finding['kind'], about: string, problem: RegExp])[];
}

const CASES: readonly Case[] = [
  { what: 'nothing new', first: [{ id: 'a' }], second: [{ id: 'a' }], finds: [] },
  {
    what: 'a model that vanished',
    first: [{ id: 'a' }],
    second: [{ id: 'b' }],
    finds: [['model gone', 'one/a', /^The provider does not list a, and it was there on \d{4}-\d\d-\d\d\.$/]],
  },
  {
    what: 'a model that was never listed',
    first: [{ id: 'b' }],
    second: [{ id: 'b' }],
    finds: [['model gone', 'one/a', /^The provider does not list a\.$/]],
  },
  {
    what: 'a model that stopped being free',
    type: 'openrouter',
    model: 'x/a',
    first: [{ id: 'x/a', ...FREE }],
    second: [{ id: 'x/a', ...PAID }],
    finds: [['model not free', 'one/x/a', /^x\/a is no longer free: it was on \d{4}-/]],
  },
  {
    what: 'a model with a free name that has a price now',
    type: 'openrouter',
    model: 'x/a:free',
    first: [{ id: 'x/a:free', ...FREE }],
    second: [{ id: 'x/a:free', ...PAID }],
    finds: [['model not free', 'one/x/a:free', /^x\/a:free is no longer free: it was on \d{4}-/]],
  },
  {
    what: 'nothing of a model that was never free',
    type: 'openrouter',
    model: 'x/a',
    first: [{ id: 'x/a', ...PAID }],
    second: [{ id: 'x/a', ...PAID }],
    finds: [],
  },
  {
    what: 'a key that is refused',
    first: [{ id: 'a' }],
    second: 401,
    finds: [['key refused', 'one', /^one refuses its key: 401/]],
  },
  { what: 'nothing while a provider is down', first: [{ id: 'a' }], second: 503, finds: [] },
  {
    what: 'a limit that is not that of the catalogue',
    type: 'groq',
    model: 'openai/gpt-oss-20b',
    first: [{ id: 'openai/gpt-oss-20b' }],
    second: [{ id: 'openai/gpt-oss-20b' }],
    headers: { 'x-ratelimit-limit-requests': '14400', 'x-ratelimit-remaining-requests': '14399' },
    finds: [
      [
        'limit differs',
        'one/openai/gpt-oss-20b',
        /^Groq allows 14,400 requests in 1d\. The catalogue of \d{4}-\d\d-\d\d says 1,000\.$/,
      ],
    ],
  },
  {
    what: 'nothing of a limit that is that of the catalogue',
    type: 'groq',
    model: 'openai/gpt-oss-20b',
    first: [{ id: 'openai/gpt-oss-20b' }],
    second: [{ id: 'openai/gpt-oss-20b' }],
    headers: { 'x-ratelimit-limit-requests': '1000', 'x-ratelimit-remaining-requests': '999' },
    finds: [],
  },
];

const answer = (to: Case['first']) =>
  typeof to === 'number' ? reply(to, { error: { message: 'no' } }) : reply(200, { data: to });

describe('An inspection of the providers', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy | undefined;

  beforeEach(async () => {
    upstream = await ScriptedUpstream.start();
  });

  afterEach(async () => {
    await proxy?.close();
    await upstream.close();
  });

  const start = async ({ type = 'openai-compatible', model = 'a' }: Partial<Case> = {}): Promise<RunningProxy> => {
    proxy = await startProxy({
      providers: { one: { type, baseUrl: upstream.baseUrl, apiKey: 'key-of-one' } },
      chains: { default: [`one/${model}`] },
    });
    return proxy;
  };

  const inspectionsOf = ({ app, log }: RunningProxy): Inspections =>
    new Inspections({ current: () => app.runtime, upstream: new Upstream(Date.now), clock: systemClock, log });

  for (const each of CASES) {
    it(`finds ${each.what}`, async () => {
      const running = await start(each);
      const inspections = inspectionsOf(running);
      upstream.always(answer(each.first));
      await inspections.look();
      if (each.headers !== undefined) {
        upstream.always(reply(200, completion('hello'), each.headers));
        expect((await running.post({ messages: [{ role: 'user', content: 'hi' }] })).status).to.equal(200);
      }
      upstream.always(answer(each.second));
      const { findings } = await inspections.look();
      expect(findings.map(({ kind, about }) => [kind, about])).to.deep.equal(
        each.finds.map(([kind, about]) => [kind, about]),
      );
      for (const [index, [, , problem]] of each.finds.entries()) {
        expect(findings[index]?.problem).to.match(problem);
        expect(findings[index]?.advice).to.match(/\.$|^http|: https:\/\//);
      }
    });
  }

  it('logs what is new only', async () => {
    const running = await start();
    const inspections = inspectionsOf(running);
    upstream.always(answer([{ id: 'b' }]));
    await inspections.look();
    await inspections.look();
    expect(running.log.lines.filter((line) => line.includes('does not list a'))).to.have.length(1);
  });

  it('logs a model that vanished at one provider after it vanished at another', async () => {
    const other = await ScriptedUpstream.start();
    proxy = await startProxy({
      providers: {
        one: { type: 'openai-compatible', baseUrl: upstream.baseUrl },
        two: { type: 'openai-compatible', baseUrl: other.baseUrl },
      },
      // With other timeouts, a target of two chains is prepared twice.
      chains: { default: ['one/a', 'two/a'], quick: { targets: ['one/a'], timeouts: { connect: '1s' } } },
      defaultChain: 'default',
    });
    const inspections = inspectionsOf(proxy);
    upstream.always(answer([{ id: 'b' }]));
    other.always(answer([{ id: 'a' }]));
    expect((await inspections.look()).findings.map(({ about }) => about)).to.deep.equal(['one/a']);
    other.always(answer([{ id: 'b' }]));
    await inspections.look();
    await other.close();
    expect(proxy.log.lines.filter((line) => line.includes('does not list a'))).to.have.length(2);
  });

  it('lets chains judge by the prices that it read', async () => {
    upstream.always(answer([{ id: 'x/a:free', ...FREE }]));
    proxy = await startProxy({
      providers: { one: { type: 'openrouter', baseUrl: upstream.baseUrl, apiKey: 'key-of-one' } },
      chains: { default: { targets: ['one/x/a:free'], free: 'only' } },
    });
    upstream.always(answer([{ id: 'x/a:free', ...PAID }]));
    await inspectionsOf(proxy).look();
    const { status } = await proxy.post({ messages: [{ role: 'user', content: 'hi' }] });
    expect(status).to.equal(403);
  });

  it('keeps what it saw in the data folder, so that a restart forgets nothing', async () => {
    const running = await start();
    upstream.always(answer([{ id: 'a' }]));
    await inspectionsOf(running).look();
    const file = join(running.app.runtime.settings.dataDir, 'seen-models.json');
    expect(existsSync(file)).to.equal(true);
    expect(JSON.parse(readFileSync(file, 'utf8'))).to.have.property('one/a');
    upstream.always(answer([]));
    const { findings } = await inspectionsOf(running).look();
    expect(findings[0]?.problem).to.include('it was there on');
  });

  it('looks by itself as often as server.checkEvery says, and not at all without it', async () => {
    upstream.always(answer([{ id: 'b' }]));
    const log = new MemoryLog();
    const running = await start();
    let checkEveryMs: number | undefined;
    const { runtime } = running.app;
    const current = () => ({
      ...{ host: runtime.host, chains: runtime.chains, providers: runtime.providers },
      settings: { dataDir: runtime.settings.dataDir, server: { checkEveryMs } },
      stateOf: runtime.stateOf.bind(runtime),
      learnModels: runtime.learnModels.bind(runtime),
      checked: runtime.checked.bind(runtime),
    });
    const inspections = new Inspections({ current, upstream: new Upstream(Date.now), clock: systemClock, log });
    expect(inspections.everyMs).to.equal(undefined);
    expect(upstream.received).to.have.length(0);
    checkEveryMs = 20;
    inspections.configure();
    await until(() => upstream.received.length >= 3);
    inspections.close();
    expect(log.lines).to.have.length(1);
  });
});
