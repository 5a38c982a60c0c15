import { definePlugin, omit, type Plugin, type ProviderType } from '429chain/plugin';
import { answer, type CheckGroup, OPENAI_SHAPE, ScriptedUpstream, testProviderType } from '429chain/testing';
import { expect } from 'chai';

const TYPE = 'tested';

const pluginOf = (type: ProviderType, more: Pick<Plugin, 'apply'> = { apply: () => {} }): Plugin =>
  definePlugin({
    name: 'faulty',
    apply: (api, options) => {
      api.addProviderType(TYPE, type);
      return more.apply(api, options);
    },
  });

const asOpenAi = (answered: unknown): Record<string, unknown> => answered as Record<string, unknown>;

const streaming = (turn: (chunk: Record<string, unknown>) => Record<string, unknown> | undefined) => ({
  answer: asOpenAi,
  stream: () => (event: { data: unknown }) => turn(event.data as Record<string, unknown>),
});

const usageless = (chunk: Record<string, unknown>) => omit(chunk, 'usage');

const GROUPS: readonly CheckGroup[] = ['answers', 'streams', 'tools', 'errors', 'limits', 'abort', 'models'];

/** Skips all other groups, to save time. */
const allBut = (group: CheckGroup): CheckGroup[] => GROUPS.filter((each) => each !== group);

/** A faulty plugin, with the group and name of the check that finds it, and a part of its reason. */
const FAULTS: readonly (readonly [fault: string, plugin: Plugin, group: CheckGroup, check: string, why: RegExp])[] = [
  [
    'drops the tools',
    pluginOf({ adaptations: [{ field: 'tools', drop: true, why: 'a mistake' }] }),
    'tools',
    'sends the tools',
    /The request lacks the name of the tool \(read_compass\)/,
  ],
  [
    'writes the key into the URL',
    pluginOf({
      adapt: (request) => ({ ...request, path: `${request.path}?key=${request.headers.authorization?.slice(7)}` }),
    }),
    'answers',
    'sends the key in a header and nowhere else',
    /where logs can keep it/,
  ],
  [
    'treats every 401 as an overload',
    pluginOf({}, { apply: ({ hooks }) => hooks.onError.tap('faulty', () => ({ class: 'overloaded' })) }),
    'errors',
    'a 401: the provider is disabled',
    /and should be "disabled"/,
  ],
  [
    "changes the client's messages in place",
    pluginOf({
      adapt: (request) => {
        (request.body.messages as object[]).shift();
        return request;
      },
    }),
    'errors',
    'does not change the request: the next target receives what the client sent',
    /`messages` as the next target receives it is .* and should be .*sailor/,
  ],
  [
    'loses the usage of an answer',
    pluginOf({ translate: { answer: (answered) => usageless(asOpenAi(answered)), stream: () => () => undefined } }),
    'answers',
    'counts the tokens of an answer',
    /usage\.prompt_tokens is missing, and should be 17/,
  ],
  [
    'throws for a whole answer',
    pluginOf({ translate: { ...streaming((chunk) => chunk), answer: () => JSON.parse('{') } }),
    'answers',
    'returns the answer unchanged',
    /could not translate the answer/,
  ],
  [
    'loses the usage of a stream',
    pluginOf({ translate: streaming(usageless) }),
    'streams',
    'counts the tokens of a stream',
    /No chunk has the usage/,
  ],
  [
    'ends a stream too early',
    pluginOf({
      translate: streaming((chunk) => ({
        ...chunk,
        choices: (chunk.choices as object[]).map((choice) => ({ ...choice, finish_reason: 'stop' })),
      })),
    }),
    'streams',
    'detects a stream that breaks off',
    /for half of an answer/,
  ],
  [
    'lists no models',
    pluginOf({ translate: { ...streaming((chunk) => chunk), models: () => [] } }),
    'models',
    'lists its models',
    /The list of ids is \[\]/,
  ],
  [
    'blocks the event loop',
    pluginOf({
      readModel: () => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 260);
        return {};
      },
    }),
    'models',
    'lists its models',
    /failed in provider type \S+: it blocked the event loop for \d+ ms/,
  ],
];

describe('The conformance kit', () => {
  for (const [fault, plugin, group, name, why] of FAULTS) {
    it(`finds a provider type that ${fault}`, async () => {
      const report = await testProviderType(plugin, { type: TYPE, without: allBut(group) });
      const found = report.checks.find((check) => check.name === name);
      expect(report.ok).to.equal(false);
      expect(found?.passed, String(report)).to.equal(false);
      expect(found?.why).to.match(why);
      expect(String(report)).to.contain(`  ✗ ${name}\n      ${found?.why}`);
    });
  }

  it('finds a promise that nothing awaits', async () => {
    // Mocha would fail the test at once.
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    try {
      const careless = pluginOf({
        readModel: () => {
          Promise.reject(new Error('not awaited'));
          return {};
        },
      });
      const { checks } = await testProviderType(careless, { type: TYPE, without: allBut('models') });
      const { why = '' } = checks.find(({ passed }) => !passed) ?? {};
      expect(why).to.match(/failed in background work of provider type \S+: not awaited/);
    } finally {
      for (const listener of listeners) process.on('unhandledRejection', listener);
    }
  });

  it('finds headers that are not read, and lists the known quotas', async () => {
    const headers = (remaining: number) => ({ 'x-acme-left': String(remaining) });
    const upstream = { limits: [{ dimension: 'requests', window: '1h', headers } as const] };
    const { checks } = await testProviderType(pluginOf({}), { type: TYPE, upstream, without: allBut('limits') });
    expect(checks.filter(({ passed }) => !passed).map(({ why }) => why)).to.deep.equal([
      'This quota is unknown. Known: none.',
      'The answer of the next target is "North is ahead.", and should be "the spare answered".',
    ]);
  });

  it('skips the groups that the API does not have', async () => {
    const { checks } = await testProviderType(pluginOf({}), { type: TYPE, without: allBut('models') });
    expect(new Set(checks.map(({ group }) => group))).to.deep.equal(new Set(['models']));
  });

  it('throws if the plugin does not add the type', async () => {
    const failure = await testProviderType(pluginOf({}), { type: 'other' }).then(
      () => undefined,
      (error: Error) => error.message,
    );
    expect(failure).to.match(/`providers\.tested\.type` is 'other', which no plugin adds/);
  });

  it('exports the simulated provider for other tests', async () => {
    const upstream = await ScriptedUpstream.start(answer('hi'));
    const asked = await fetch(`${upstream.baseUrl}/chat/completions`, { method: 'POST', body: '{}' });
    expect(await asked.json()).to.have.nested.property('choices[0].message.content', 'hi');
    expect(OPENAI_SHAPE.models(['one'])).to.have.nested.property('data[0].id', 'one');
    await upstream.close();
  });
});
