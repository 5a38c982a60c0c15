import { expect } from 'chai';
import { definePlugin, type PluginApi, type ProviderType } from '../../../src/plugin/index.js';
import { chainOver, HELLO, type RunningProxy, startProxy } from '../../proxy.js';
import { answer, reply, ScriptedUpstream } from '../../scripted-upstream.js';

/** What a plugin may contain if no compiler checks it. */
type Anything = ReturnType<typeof JSON.parse>;

const boom = (): never => {
  throw new Error('BOOM');
};
const throwNull = (): never => {
  throw null;
};
const asyncBoom = async (): Promise<never> => boom();
const translating = (answers: Anything, stream: Anything = () => answers): Anything => ({
  translate: { answer: answers, stream },
});

describe('A provider type of a faulty plugin', () => {
  let one: ScriptedUpstream;
  let two: ScriptedUpstream;
  let proxy: RunningProxy | undefined;
  let unheard: unknown[];
  const hear = (cause: unknown): void => void unheard.push(cause);

  beforeEach(async () => {
    unheard = [];
    process.on('unhandledRejection', hear);
    one = (await ScriptedUpstream.start()).always(answer('one'));
    two = (await ScriptedUpstream.start()).always(answer('two'));
  });

  afterEach(async () => {
    process.off('unhandledRejection', hear);
    await proxy?.close();
    proxy = undefined;
    await Promise.all([one.close(), two.close()]);
  });

  const startWith = async (apply: (api: PluginApi) => void): Promise<RunningProxy> => {
    const { providers, chains } = chainOver([one, two]) as { providers: Record<string, object>; chains: object };
    proxy = await startProxy(
      { providers: { ...providers, one: { ...providers.one, type: 'odd' } }, chains },
      { plugins: [definePlugin({ name: 'faulty', apply })] },
    );
    return proxy;
  };

  const start = (type: Anything): Promise<RunningProxy> =>
    startWith((api) => api.addProviderType('odd', type as ProviderType));

  const FAILING: readonly (readonly [what: string, type: Anything, fault: string])[] = [
    ['an adapt that throws', { adapt: boom }, 'adapt of provider type odd (1 so far): BOOM'],
    ['an adapt that throws null', { adapt: throwNull }, 'adapt of provider type odd (1 so far): null'],
    ['an adapt that is an async function', { adapt: async (request: Anything) => request }, 'it returned a promise'],
    ['an adapt that is an async function and throws', { adapt: asyncBoom }, 'it returned a promise'],
    ['an adapt that returns a text', { adapt: () => 'nonsense' }, 'a request is { path, headers, body }'],
    ['an adapt that returns nothing', { adapt: () => undefined }, 'a request is { path, headers, body }'],
    [
      'an adapt that returns a whole address',
      { adapt: (r: Anything) => ({ ...r, path: 'http://x' }) },
      '`path` begins',
    ],
    ['a translation that throws', translating(boom), 'BOOM'],
    ['a translation that throws null', translating(throwNull), 'null'],
    ['a translation of async functions', translating(asyncBoom), 'it returned a promise'],
    ['a translation that is an async function for streams', translating(asyncBoom, asyncBoom), 'it returned a promise'],
    [
      'a translation that returns texts',
      translating(() => 'nonsense'),
      'an answer is an object such as { choices, usage }',
    ],
    ['a translation with invalid choices', translating(() => ({ choices: ['x'] })), '`choices` is a list'],
  ];
  for (const [what, type, fault] of FAILING) {
    for (const stream of [false, true]) {
      it(`with ${what}: the next target answers${stream ? ' with a stream' : ''}, and the plugin is named`, async () => {
        const { post, app, log } = await start(type);
        const response = await post({ messages: HELLO, stream });
        expect(await response.text()).to.contain('two');
        expect(response.headers.get('x-429chain-target')).to.equal('two/a-model');
        const warned = log.lines.filter((line) => line.startsWith('Plugin "faulty" failed in '));
        expect(warned.join('\n')).to.contain(fault);
        expect(app.runtime.host.faults).to.have.length(1);
        expect(unheard).to.deep.equal([]);
        const standing = app.runtime.status().targets.find(({ target }) => target === 'one/a-model');
        expect(standing?.inFlight).to.equal(0);
      });
    }
  }

  for (const [what, type] of [
    ['a pool', { pool: boom }],
    ['a pool that is an async function', { pool: asyncBoom }],
    ['readModel', { readModel: boom }],
  ] as const) {
    it(`is used without ${what} that throws`, async () => {
      one.always((res, request) =>
        (request.method === 'GET' ? reply(200, { data: [{ id: 'a-model' }] }) : answer('one'))(res, request),
      );
      const { post, app } = await start(type);
      expect(await (await post({ messages: HELLO })).text()).to.contain('one');
      const response = await fetch(`${proxy?.address}/admin/api/providers/one/models`, {
        headers: { authorization: `Bearer ${app.runtime.adminKey}` },
      });
      expect(await response.json()).to.deep.include({ models: [{ id: 'a-model' }] });
      expect(app.runtime.host.faults[0]?.plugin).to.equal('faulty');
      expect(unheard).to.deep.equal([]);
    });
  }

  it('cannot give units back to a quota with negative usage', async () => {
    const answered = {
      choices: [{ message: { content: 'one' } }],
      usage: { prompt_tokens: -1e9, completion_tokens: 2 },
    };
    const { post, log } = await start({ ...translating(() => answered), knownLimits: [{ tokens: 1000, per: '1h' }] });
    expect(await (await post({ messages: HELLO })).text()).to.contain('one');
    const { quotas } = proxy?.app.runtime.status().targets[0] ?? {};
    expect(quotas?.[0]?.remaining).to.be.lessThan(1000);
    expect(log.lines.join()).not.to.contain('failed in');
  });

  for (const at of [1e17, 1e300, -1e17, Number.POSITIVE_INFINITY]) {
    it(`or a hook that denies until ${at} gets the usual refusal`, async () => {
      const { post } = await startWith((api) => {
        api.addProviderType('odd', {});
        api.hooks.beforeAttempt.tap('faulty', () => ({ reason: 'not now', retryAt: at }));
      });
      const response = await post({ messages: HELLO });
      expect(await response.json()).to.have.nested.property('error.code', 'chain_exhausted');
    });
  }

  it('that fails for one request does not take the target from others', async () => {
    const { post, app } = await start({
      adapt: (request: Anything) => (request.body.stop === 'odd' ? boom() : request),
    });
    for (let count = 0; count < 3; count++) {
      const odd = await post({ messages: HELLO, stop: 'odd' });
      expect(await odd.text()).to.contain('two');
      expect(await (await post({ messages: HELLO })).text()).to.contain('one');
    }
    const alone = await post({ model: 'one/a-model', messages: HELLO, stop: 'odd' });
    expect(alone.status).to.equal(400);
    expect(await alone.json()).to.have.nested.property('error.message', 'provider type "odd" failed in adapt: BOOM');
    expect(app.runtime.status().targets[0]?.state).not.to.equal('exhausted');
  });

  const REFUSED: readonly (readonly [type: Anything, words: string])[] = [
    [undefined, 'is not an object'],
    ['text', 'is not an object'],
    [{ baseUrl: 5 }, '`baseUrl` that is not a string'],
    [{ adapt: 'text' }, '`adapt` that is not a function'],
    [{ prefill: 5 }, '`prefill` that is not an object'],
    [{ headers: { 'no name': 'x' } }, 'has an invalid header'],
    [{ keyHeader: 'no name' }, 'has an invalid header'],
    [{ adaptations: [null] }, '`adaptations` that are not a list'],
    [{ lacks: ['pictures'] }, '`lacks` that are not a list of images, files or audio'],
    [{ conversation: {} }, '`conversation` that is not a list of rules'],
    [{ conversation: [5] }, '`conversation` rules that are not an object'],
    [{ conversation: [{ model: 'x' }] }, 'a `model` that is not a regular expression'],
    [{ conversation: [{ toolCallIds: { pattern: /x/ } }] }, '`toolCallIds` that are not { pattern, prefix?, length }'],
    [{ conversation: [{ toolCallIds: { pattern: /x/g, length: 9 } }] }, '`toolCallIds` that are not'],
    [{ conversation: [{ toolCallIds: { pattern: /x/, length: 99 } }] }, '`toolCallIds` that are not'],
    [{ conversation: [{ callFields: { fields: 'x' } }] }, '`callFields` that are not { fields, placeholder? }'],
    [{ conversation: [{ reasoning: { fields: [], placeholder: 5 } }] }, '`reasoning` that is not'],
    [{ conversation: [{ system: 'last' }] }, 'a `system` that is neither first nor user'],
    [{ conversation: [{ plainSchemas: 'yes' }] }, 'a `plainSchemas` that is not true'],
    [{ conversation: [{ lastAssistant: true }] }, 'a `lastAssistant` that is not an object'],
    [{ about: { offers: 'all' } }, '`about.offers` that are not a list such as'],
    [{ about: { offers: [{ kind: 'free' }] } }, '`about.offers` that are not a list such as'],
    [{ about: { offers: [{ kind: 'recurring', models: 'some' }] } }, '`about.offers` that are not a list such as'],
    [{ about: { offers: [{ kind: 'recurring', except: [] }] } }, '`about.offers` that are not a list such as'],
    [{ knownLimits: 'text' }, 'limits that are not a list'],
    [
      { knownLimits: [{ requests: 5, per: 'soon' }] },
      'has an invalid limit {"requests":5,"per":"soon"}. Expected one such as',
    ],
    [
      { knownLimits: [{ requests: -1, per: '1m', pool: 'free' }] },
      'has an invalid limit {"requests":-1,"per":"1m","pool":"free"}',
    ],
    [{ errors: 'all' }, 'has `errors` that are not a list of rules'],
    [{ limitHeaders: [] }, 'has `limitHeaders` that are not an object'],
    [{ limitHeaders: { rows: [{ name: 'x-calls' }] } }, 'has `limitHeaders.rows` that are not a list such as'],
    [{ hosts: { eu: 5 } }, 'has `hosts` that are not base URLs'],
    [{ elsewhere: 'cloud' }, '`elsewhere` that is not a regular expression'],
    [{ modelList: { free: 'all' } }, '`modelList.free` that is not a regular expression'],
    [{ freeOnly: { drop: 'plugins' } }, '`freeOnly` that is not { body?, drop? }'],
    [{ noTraining: { body: {} } }, '`noTraining` that is not { body?, drop?, training }'],
    [{ about: { title: 'Odd', training: 'no' } }, "`posture` is not 'no', 'may' or 'unknown'"],
    [{ translate: { answer: boom } }, 'without the functions `answer` and `stream`'],
    [{ translate: { answer: boom, stream: boom, framing: 'xml' } }, "'xml'. Expected events or lines"],
    [{ optionsSchema: { type: 'nonsense' } }, 'The optionsSchema of provider type "odd" is not a valid JSON Schema'],
  ];
  for (const [type, words] of REFUSED) {
    it(`stops the start, with an error that names it: ${words}`, async () => {
      const message = await start(type).then(
        () => 'it started',
        (error: Error) => error.message,
      );
      expect(message).to.contain(words).and.to.contain('odd');
    });
  }

  it('stops the start if it declares invalid limits, with an error that names it', async () => {
    const message = await startWith((api) => api.declareLimits('one', [{ requests: 5, per: 'soon' }])).then(
      () => 'it started',
      (error: Error) => error.message,
    );
    expect(message).to.contain('Plugin "faulty"').and.to.contain('What it declares for one has an invalid limit');
  });

  for (const [hook, status, words] of [
    ['beforeAttempt', 200, 'Tap it with tapPromise'],
    ['onRateLimitHeaders', 200, 'it returned a promise, but must return its result at once'],
    ['onError', 500, 'it returned a promise, but must return its result at once'],
    ['afterResponse', 200, 'BOOM'],
  ] as const) {
    it(`whose plain tap of ${hook} is an async function that throws does not end the process`, async () => {
      one.always(status === 200 ? answer('one') : reply(status, { error: { message: 'no' } }));
      const { post, app } = await startWith((api) => {
        api.addProviderType('odd', {});
        (api.hooks[hook] as Anything).tap('faulty', asyncBoom);
      });
      await (await post({ messages: HELLO })).text();
      await post({ messages: HELLO });
      expect(
        app.runtime.host.faults.map(({ plugin, hook: where, last }) => `${plugin} ${where} ${last}`).join(),
      ).to.match(new RegExp(`^faulty ${hook} .*(BOOM|tapPromise|at once)`));
      expect(`${app.runtime.host.faults[0]?.last} ${proxy?.log.lines.join()}`).to.contain(words);
      expect(unheard).to.deep.equal([]);
    });
  }
});
