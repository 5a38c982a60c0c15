import { expect } from 'chai';
import type { Hook } from 'tapable';
import { Guard } from '../../../src/host/guard.js';
import { pluginHooks } from '../../../src/host/parts/plugin-hooks.js';
import { createHooks } from '../../../src/plugin/door/hooks.js';
import type { Attempt, Failure, Outcome, PluginHooks, ResponseHead, TapFilter } from '../../../src/plugin/index.js';
import { chainOver, HELLO, MemoryLog, type RunningProxy, startProxy } from '../../proxy.js';
import { answer, reply, ScriptedUpstream } from '../../scripted-upstream.js';

const attemptAt = (type: string, { provider = type, chain = 'default' } = {}): Attempt => ({
  requestId: 'request',
  chain,
  target: { id: `${provider}/model`, provider, type, model: 'model', limits: [] },
  number: 1,
  startedAt: 0,
  stream: false,
  estimatedTokens: 100,
  dryRun: false,
});

const HEAD: ResponseHead = { status: 200, headers: {}, at: 0 };
const FAILURE: Failure = { class: 'server_error', message: 'broken', at: 0 };

describe('The hooks that a plugin sees', () => {
  let real: ReturnType<typeof createHooks>;
  let guard: Guard;
  let hooks: PluginHooks;

  beforeEach(() => {
    real = createHooks();
    guard = new Guard(new MemoryLog(), () => 1);
    hooks = pluginHooks(real, 'mine', guard);
  });

  it('can be tapped and nothing else, so that nothing bypasses the guard', () => {
    const methods = Object.fromEntries(Object.entries(hooks).map(([name, hook]) => [name, Object.keys(hook)]));
    expect(methods).to.deep.equal({
      beforeAttempt: ['tap', 'tapPromise', 'tapAsync'],
      onRateLimitHeaders: ['tap'],
      onError: ['tap'],
      afterResponse: ['tap', 'tapPromise', 'tapAsync'],
    });
    for (const hook of Object.values(hooks)) {
      expect(hook).to.be.frozen.and.not.have.any.keys('intercept', 'call', 'promise', 'taps', 'withOptions', 'isUsed');
      expect(Object.getPrototypeOf(hook)).to.equal(Object.prototype);
    }
    expect(hooks).to.be.frozen.and.not.equal(real);
  });

  it('support stage and before as tapable does', async () => {
    const calls: string[] = [];
    const note = (name: string) => () => void calls.push(name);
    hooks.beforeAttempt.tap({ name: 'late', stage: 10 }, note('late'));
    hooks.beforeAttempt.tapPromise('second', async () => void calls.push('second'));
    hooks.beforeAttempt.tapAsync({ name: 'first', before: 'second' }, (_attempt, callback) => {
      calls.push('first');
      callback();
    });
    hooks.beforeAttempt.tap({ name: 'early', stage: -10 }, note('early'));
    await real.beforeAttempt.promise(attemptAt('groq'));
    expect(calls).to.deep.equal(['early', 'first', 'second', 'late']);
    expect(guard.faults).to.deep.equal([]);
  });

  it('blame the plugin that taps, even if the tap has another name', () => {
    hooks.onError.tap('another-name', () => {
      throw new Error('on purpose');
    });
    real.onError.call(FAILURE, attemptAt('groq'));
    expect(guard.faults).to.deep.equal([{ plugin: 'mine', hook: 'onError', count: 1, last: 'on purpose', at: 1 }]);
    expect(guard.hooksOf('mine')).to.deep.equal(['onError']);
  });

  const FILTERS: [TapFilter, Attempt, boolean][] = [
    [{}, attemptAt('groq'), true],
    [{ type: 'groq' }, attemptAt('groq'), true],
    [{ type: 'groq' }, attemptAt('cerebras'), false],
    [{ type: ['groq', 'cerebras'] }, attemptAt('cerebras'), true],
    [{ type: [] }, attemptAt('groq'), false],
    [{ provider: 'mine' }, attemptAt('groq', { provider: 'mine' }), true],
    [{ provider: 'mine' }, attemptAt('groq'), false],
    [{ chain: ['a', 'b'] }, attemptAt('groq', { chain: 'b' }), true],
    [{ chain: 'a' }, attemptAt('groq'), false],
    [{ type: 'groq', chain: 'a' }, attemptAt('groq', { chain: 'b' }), false],
    [{ type: 'groq', chain: 'a' }, attemptAt('groq', { chain: 'a' }), true],
  ];
  for (const [filter, attempt, matches] of FILTERS) {
    const { target, chain } = attempt;
    it(`call a tap with the filter ${JSON.stringify(filter)} ${matches ? 'for' : 'not for'} ${target.provider} (${target.type}) in ${chain}`, async () => {
      const calls: string[] = [];
      const note = (name: string) => () => void calls.push(name);
      const tap = { name: 'mine', filter };
      hooks.beforeAttempt.tap(tap, note('tap'));
      hooks.beforeAttempt.tapPromise(tap, async () => void calls.push('tapPromise'));
      hooks.beforeAttempt.tapAsync(tap, (_attempt, callback) => {
        calls.push('tapAsync');
        callback();
      });
      hooks.onRateLimitHeaders.tap(tap, note('onRateLimitHeaders'));
      hooks.onError.tap(tap, note('onError'));
      hooks.beforeAttempt.tap('last', () => ({ reason: 'asked to the end' }));
      expect(await real.beforeAttempt.promise(attempt)).to.deep.equal({ reason: 'asked to the end' });
      real.onRateLimitHeaders.call(HEAD, attempt);
      real.onError.call(FAILURE, attempt);
      expect(calls).to.deep.equal(matches ? ['tap', 'tapPromise', 'tapAsync', 'onRateLimitHeaders', 'onError'] : []);
    });
  }

  const INVALID: [string, () => void, RegExp][] = [
    [
      'an unknown condition',
      () => tapWith({ model: 'x' }),
      /^a filter has no 'model'\. Expected one of type, provider, chain$/,
    ],
    ['a property that every object has', () => tapWith({ toString: 'x' }), /^a filter has no 'toString'/],
    ['a condition that is not a name', () => tapWith({ type: 7 }), /^the filter 'type' is a name or a list of names$/],
    ['a filter that is a text', () => tapWith('groq'), /^a filter is an object with type, provider, chain$/],
    [
      'a filter of afterResponse',
      () => hooks.afterResponse.tap({ name: 'mine', filter: { type: 'groq' } } as never, () => {}),
      /^afterResponse has no filter: its outcome covers several attempts$/,
    ],
    [
      'a tap without a function',
      () => hooks.onError.tap('mine', undefined as never),
      /^tap of onError needs a function$/,
    ],
    ['a tap without a name', () => hooks.onError.tap('', () => undefined), /name/],
  ];
  const tapWith = (filter: unknown): void => hooks.onError.tap({ name: 'mine', filter } as never, () => undefined);
  for (const [what, tap, says] of INVALID) {
    it(`refuse ${what}`, () => {
      expect(tap).to.throw(says);
    });
  }

  it('pass only the options of tapable on to it', () => {
    hooks.onError.tap({ name: 'mine', context: true } as never, () => undefined);
    const [tap] = (real.onError as unknown as Hook<unknown[], unknown>).taps;
    expect(tap).not.to.have.property('context');
  });
});

describe('A plugin with filters in a running proxy', () => {
  let upstreams: ScriptedUpstream[];
  let proxy: RunningProxy | undefined;

  beforeEach(async () => {
    upstreams = await Promise.all([ScriptedUpstream.start(), ScriptedUpstream.start()]);
  });

  afterEach(async () => {
    await proxy?.close();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
  });

  it('decides for its own provider only, and sees every outcome', async () => {
    const outcomes: Outcome[] = [];
    proxy = await startProxy(chainOver(upstreams), {
      plugins: [
        {
          name: 'mine',
          apply: ({ hooks }) => {
            const tap = { name: 'mine', filter: { provider: 'two' } };
            hooks.beforeAttempt.tap(tap, () => ({ reason: 'two is not asked' }));
            hooks.onError.tap({ ...tap, stage: -1 }, () => ({ class: 'quota' }));
            hooks.afterResponse.tap('mine', (outcome) => void outcomes.push(outcome));
          },
        },
      ],
    });
    upstreams[0]?.script(answer('hi'), reply(500, 'no'));
    expect((await proxy.post({ messages: HELLO })).status).to.equal(200);
    expect((await proxy.post({ messages: HELLO })).status).not.to.equal(200);
    expect(outcomes[1]?.attempts.map(({ outcome, failure }) => failure?.class ?? outcome)).to.deep.equal([
      'server_error',
      'skipped',
    ]);
  });

  /** Sets every property to null, as deep as it goes. Returns how many it could change. */
  const spoil = (value: unknown): number => {
    if (typeof value !== 'object' || value === null) return 0;
    let changed = 0;
    for (const name of Object.keys(value)) {
      changed += spoil((value as Record<string, unknown>)[name]);
      if (Reflect.set(value, name, null)) changed++;
    }
    return changed;
  };

  for (const stage of [-1, 1]) {
    it(`cannot change what others see, at stage ${stage}`, async () => {
      const outcomes: Outcome[] = [];
      let changed = 0;
      proxy = await startProxy(chainOver(upstreams), {
        plugins: [
          {
            name: 'spoils',
            apply: ({ hooks }) => {
              const tap = { name: 'spoils', stage };
              const spoilAll = (...values: unknown[]): undefined => {
                for (const value of values) changed += spoil(value);
              };
              hooks.beforeAttempt.tap(tap, spoilAll);
              hooks.onRateLimitHeaders.tap(tap, spoilAll);
              hooks.onError.tap(tap, spoilAll);
              hooks.afterResponse.tap(tap, spoilAll);
            },
          },
          {
            name: 'reads',
            apply: ({ hooks }) =>
              hooks.afterResponse.tap({ name: 'reads', stage: 2 }, (outcome) => void outcomes.push(outcome)),
          },
        ],
      });
      upstreams[0]?.script(
        reply(429, { error: { message: 'Rate limit reached' } }, { 'retry-after': '60' }),
        answer('hi'),
      );
      upstreams[1]?.script(answer('hi'), answer('hi'));
      for (let sent = 0; sent < 2; sent++) expect((await proxy.post({ messages: HELLO })).status).to.equal(200);
      expect(changed).to.equal(0);
      expect(
        outcomes.map(({ attempts }) => attempts.map(({ outcome, attempt }) => [outcome, attempt.target.id])),
      ).to.deep.equal([
        [
          ['failed', 'one/a-model'],
          ['served', 'two/a-model'],
        ],
        [
          ['skipped', 'one/a-model'],
          ['served', 'two/a-model'],
        ],
      ]);
    });
  }
});
