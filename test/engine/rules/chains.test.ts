import { expect } from 'chai';
import type { LiveStatus } from '../../../src/contract/admin-api.js';
import type { Explanation } from '../../../src/contract/explain.js';
import { HELLO, type RunningProxy, startProxy } from '../../proxy.js';
import { answer, type ReceivedRequest, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { until } from '../../until.js';

const PRICES: Readonly<Record<string, object>> = {
  'maker/paid': { prompt: '0.000001', completion: '0.000002' },
  'maker/stealth': { prompt: '0', completion: '0' },
  'maker/good:free': { prompt: '0', completion: '0' },
};

/** Answers chats, embeddings and its list of models, as OpenRouter does. */
class Router {
  readonly received: ReceivedRequest[] = [];
  models = Object.keys(PRICES);
  answerer = answer('hello');
  readonly #upstream: ScriptedUpstream;

  private constructor(upstream: ScriptedUpstream) {
    this.#upstream = upstream;
  }

  static async start(): Promise<Router> {
    const router = new Router(await ScriptedUpstream.start());
    router.#upstream.always((res, request) => {
      if (request.path.endsWith('/models')) {
        const data = router.models.map((id) => ({ id, pricing: PRICES[id] }));
        return reply(200, { data })(res, request);
      }
      router.received.push(request);
      return router.answerer(res, request);
    });
    return router;
  }

  get baseUrl(): string {
    return this.#upstream.baseUrl;
  }

  close(): Promise<void> {
    return this.#upstream.close();
  }
}

interface Refused {
  readonly error: { readonly code: string; readonly message: string; readonly targets: readonly { reason: string }[] };
}

describe('The rules of a chain', () => {
  let router: Router;
  let proxy: RunningProxy;

  beforeEach(async () => {
    router = await Router.start();
  });

  afterEach(async () => {
    await proxy.close();
    await router.close();
  });

  const start = async (configuration: {
    readonly server?: object;
    readonly chains: object;
    readonly providers?: object;
    readonly speaks?: readonly string[];
  }): Promise<void> => {
    const { server, chains, providers, speaks } = configuration;
    proxy = await startProxy({
      server: { apiKeys: ['test-key-of-the-proxy'], adminKey: 'admin-key-for-this-test', ...server },
      providers: {
        router: {
          type: 'openrouter',
          baseUrl: router.baseUrl,
          apiKey: 'key-of-router',
          ...(speaks && { speaks }),
        },
        friend: { type: 'openai-compatible', baseUrl: router.baseUrl, apiKey: 'key-of-friend' },
        groq: { type: 'groq', baseUrl: router.baseUrl, apiKey: 'key-of-groq' },
        gemini: { type: 'gemini', baseUrl: router.baseUrl, apiKey: 'key-of-gemini' },
        keyed: { type: 'ovh', baseUrl: router.baseUrl, apiKey: 'key-of-ovh' },
        keyless: { type: 'ovh', baseUrl: router.baseUrl },
        ...providers,
      },
      chains,
    });
  };

  const admin = async <T>(path: string, body?: object): Promise<T> => {
    const response = await fetch(`${proxy.address}/admin/api${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: 'Bearer admin-key-for-this-test', 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as T;
  };

  const explained = (body: object = {}): Promise<Explanation> => admin('/explain', body);

  /** Resolves when the list of the router was read. */
  const listRead = (): Promise<void> =>
    until(async () => {
      const { targets } = await explained({ targets: ['router/maker/paid'], rules: { free: 'only' } });
      return targets[0]?.free?.source !== undefined;
    });

  const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${proxy.address}/v1${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer test-key-of-the-proxy', 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  const ask = async (body: object = {}): Promise<{ status: number; target: string | null; body: Refused }> => {
    const response = await post('/chat/completions', { messages: HELLO, ...body });
    return {
      status: response.status,
      target: response.headers.get('x-429chain-target'),
      body: (await response.json()) as Refused,
    };
  };

  describe("with free: 'only'", () => {
    it('let no target be asked that is not known to be free', async () => {
      const targets = ['router/maker/paid', 'friend/a-model', 'keyed/gpt-oss-20b', 'gemini/gemini-2.5-pro'];
      await start({ chains: { default: { targets: [...targets, 'keyless/gpt-oss-20b'], free: 'only' } } });
      await listRead();
      expect((await ask()).target).to.equal('keyless/gpt-oss-20b');
      const { decision, targets: steps } = await explained();
      expect(decision).to.deep.equal({ kind: 'asks', target: 'keyless/gpt-oss-20b' });
      expect(steps.map(({ step, free }) => [step, free?.free])).to.deep.equal([
        ['skipped', false],
        ['skipped', 'unknown'],
        ['skipped', steps[2]?.free?.free],
        ['skipped', false],
        ['asked', true],
      ]);
      expect(steps[2]?.free?.free).not.to.equal(true);
      expect(steps.map(({ reason }) => reason?.split(':')[0])).to.deep.equal([
        'not free',
        'not known to be free',
        steps[2]?.reason?.split(':')[0],
        'not free',
        undefined,
      ]);
      expect(steps[0]?.reason).to.match(
        /^not free: its provider charges \$1 and \$2 per million .+ \[the provider's list of models, 2\d{3}-\d\d-\d\d\]$/,
      );
      expect(steps[4]?.free).to.include({ date: '2026-09-26' });
    });

    it('refuse a request that no target may have, with the setting and what to do', async () => {
      await start({ chains: { default: { targets: ['router/maker/paid', 'friend/a-model'], free: 'only' } } });
      await listRead();
      const { status, body } = await ask();
      expect([status, body.error.code]).to.deep.equal([403, 'not_allowed']);
      expect(body.error.message)
        .to.match(/^No target of chain "default" is known to be free \(`chains\.default\.free` is 'only'\)\. /)
        .and.include('router/maker/paid: not free: its provider charges')
        .and.include('friend/a-model: not known to be free: nothing says')
        .and.match(/or set `free: 'any'`\.$/);
      expect(body.error.targets.map(({ reason }) => reason.split(':')[0])).to.deep.equal([
        'not free',
        'not known to be free',
      ]);
      expect(router.received).to.deep.equal([]);
    });

    it('hold for a target that a request names, where the server has the rule', async () => {
      await start({
        server: { free: 'only' },
        chains: { default: ['groq/openai/gpt-oss-20b'], paid: { targets: ['friend/a-model'], free: 'any' } },
      });
      const { status, body } = await ask({ model: 'friend/a-model' });
      expect([status, body.error.code]).to.deep.equal([403, 'not_allowed']);
      expect(body.error.message).to.match(
        /^Target "friend\/a-model" is not known to be free \(`server\.free` is 'only'\)\. /,
      );
      expect((await ask({ model: 'groq/openai/gpt-oss-20b' })).target).to.equal('groq/openai/gpt-oss-20b');
      expect((await ask()).target, 'the default chain').to.equal('groq/openai/gpt-oss-20b');
      expect((await ask({ model: 'paid' })).target, "free: 'any' lifts it").to.equal('friend/a-model');
      const listed = (await (
        await fetch(`${proxy.address}/v1/models`, { headers: { authorization: 'Bearer test-key-of-the-proxy' } })
      ).json()) as { data: { id: string }[] };
      expect(listed.data.map(({ id }) => id)).to.deep.equal(['default', 'paid', 'groq/openai/gpt-oss-20b']);
    });

    it('of a chain do not hold for a target that a request names', async () => {
      await start({ chains: { default: { targets: ['friend/a-model'], free: 'only' } } });
      expect((await ask()).status).to.equal(403);
      expect((await ask({ model: 'friend/a-model' })).target).to.equal('friend/a-model');
    });

    it('believe your own word about a provider and about a target', async () => {
      await start({
        providers: {
          friend: { type: 'openai-compatible', baseUrl: router.baseUrl, free: true },
          paid: { type: 'groq', baseUrl: router.baseUrl, apiKey: 'key-of-paid', free: false },
        },
        chains: {
          default: {
            targets: ['paid/a-model', { provider: 'friend', model: 'dear', free: false }, 'friend/a-model'],
            free: 'only',
          },
          target: { targets: [{ provider: 'paid', model: 'gift', free: true }], free: 'only' },
        },
      });
      const { targets } = await explained();
      expect(targets.map(({ step, free }) => [step, free?.why])).to.deep.equal([
        ['skipped', 'the configuration says `free: false`'],
        ['skipped', 'the configuration says `free: false`'],
        ['asked', 'the configuration says `free: true`'],
      ]);
      expect((await ask({ model: 'target' })).target).to.equal('paid/gift');
    });

    it('are shown for the targets of each chain', async () => {
      await start({
        chains: { default: ['friend/a-model'], careful: { targets: ['friend/a-model'], free: 'only' } },
      });
      const { targets } = await admin<LiveStatus>('/status');
      expect(targets.map(({ chains, forbidden }) => [chains, forbidden])).to.deep.equal([
        [
          ['default', 'careful'],
          [
            {
              chain: 'careful',
              reason: 'not known to be free: nothing says that it is free',
            },
          ],
        ],
      ]);
      await until(() => proxy.log.lines.some((line) => line.startsWith('Chain "careful" cannot answer: ')));
    });

    it('send a highest price of 0 where the provider knows one, and keep what the caller sets more strictly', async () => {
      await start({
        chains: { default: { targets: ['router/maker/good:free'], free: 'only' }, any: ['router/maker/good:free'] },
      });
      const provider = { order: ['a'], max_price: { prompt: 1, completion: 0, request: 0 } };
      await ask({ provider, plugins: [{ id: 'web' }] });
      await ask();
      await ask({ model: 'any', provider });
      expect(router.received.map(({ body }) => [body.provider, body.plugins])).to.deep.equal([
        [{ order: ['a'], max_price: { prompt: 0, completion: 0, request: 0 } }, undefined],
        [{ max_price: { prompt: 0, completion: 0 } }, undefined],
        [provider, undefined],
      ]);
    });

    it('leave out what a gateway without a highest price would charge', async () => {
      await start({
        providers: { kilo: { type: 'kilo', baseUrl: router.baseUrl, apiKey: 'key-of-kilo' } },
        chains: { default: { targets: ['kilo/kilo-auto/free'], free: 'only' } },
      });
      await ask({ models: ['maker/paid'], plugins: [{ id: 'web' }], temperature: 0 });
      expect(router.received[0]?.body).to.deep.equal({ model: 'kilo-auto/free', messages: HELLO, temperature: 0 });
    });

    for (const [path, more] of [
      ['/embeddings', { input: 'x' }],
      ['/completions', { prompt: 'x' }],
      ['/messages', { messages: HELLO, max_tokens: 5 }],
      ['/responses', { input: 'x' }],
    ] as const) {
      it(`hold for requests to ${path}, in a protocol that the provider speaks too`, async () => {
        await start({
          speaks: ['chat', 'completions', 'embeddings', 'messages', 'responses'],
          chains: {
            default: { targets: ['friend/a-model', 'router/maker/good:free'], free: 'only' },
            none: { targets: ['friend/a-model'], free: 'only' },
          },
        });
        await (await post(path, { model: 'default', ...more })).text();
        expect(router.received.map(({ path: asked, body }) => [asked, body.model, body.provider])).to.deep.equal([
          [`/v1${path}`, 'maker/good:free', { max_price: { prompt: 0, completion: 0 } }],
        ]);
        const refused = await post(path, { model: 'none', ...more });
        expect(refused.status).to.equal(403);
        expect(await refused.text())
          .to.include('not_allowed')
          .and.include('is known to be free');
      });
    }

    it('let a target that they forbid say nothing about vectors', async () => {
      await start({
        chains: { default: { targets: ['friend/text-embedding-3-small', 'router/maker/good:free'], free: 'only' } },
      });
      const { targets } = await explained({ endpoint: 'embeddings', input: 'x' });
      expect(targets.map(({ step }) => step)).to.deep.equal(['skipped', 'asked']);
    });

    it('are those of the draft where the admin explains a chain that is not saved', async () => {
      await start({ server: { free: 'only' }, chains: { default: { targets: ['groq/a-model'], free: 'any' } } });
      for (const [rules, step] of [
        [undefined, 'asked'],
        [{}, 'skipped'],
        [{ free: 'any' }, 'asked'],
        [{ free: 'only' }, 'skipped'],
        ['nonsense', 'asked'],
      ] as const) {
        const { targets } = await explained({ model: 'default', targets: ['friend/a-model'], rules });
        expect(targets[0]?.step, JSON.stringify(rules)).to.equal(step);
      }
    });

    it('do not let a model rest that has no endpoint for the rules', async () => {
      await start({
        chains: {
          default: { targets: ['router/maker/good:free'], free: 'only', maxWait: '0s' },
          any: ['router/maker/good:free'],
        },
      });
      router.answerer = reply(404, { error: { code: 404, message: 'No endpoints found matching your data policy' } });
      expect((await ask()).status).to.equal(503);
      router.answerer = answer('hello');
      expect((await ask({ model: 'any' })).target).to.equal('router/maker/good:free');
    });
  });

  describe("with privacy: 'no-training'", () => {
    it('pass over providers that may train or say nothing, with place and day', async () => {
      await start({
        providers: { optedOut: { type: 'mistral', baseUrl: router.baseUrl, apiKey: 'key-of-mistral', training: 'no' } },
        chains: {
          default: {
            targets: ['gemini/gemini-3.5-flash', 'friend/a-model', 'optedOut/mistral-small', 'groq/a-model'],
            privacy: 'no-training',
          },
          none: { targets: ['gemini/gemini-3.5-flash'], privacy: 'no-training' },
        },
      });
      const { targets } = await explained();
      expect(targets.map(({ step, training }) => [step, training?.training])).to.deep.equal([
        ['skipped', 'may'],
        ['skipped', 'unknown'],
        ['asked', 'no'],
        ['not reached', 'no'],
      ]);
      expect(targets[0]?.reason).to.match(/^not private: Google Gemini may train on requests .+, 2026-\d\d-\d\d\]$/);
      expect(targets[2]?.training?.why).to.equal("the configuration says `training: 'no'`");
      const { status, body } = await ask({ model: 'none' });
      expect([status, body.error.code]).to.deep.equal([403, 'not_allowed']);
      expect(body.error.message).to.match(
        /^No target of chain "none" is known to be private \(`chains\.none\.privacy` is 'no-training'\)/,
      );
    });

    it('ask OpenRouter for endpoints that collect no data', async () => {
      await start({
        server: { free: 'only', privacy: 'no-training' },
        chains: { default: ['router/maker/good:free'] },
      });
      await ask({ provider: { data_collection: 'allow', zdr: true } });
      expect(router.received[0]?.body.provider).to.deep.equal({
        data_collection: 'deny',
        zdr: true,
        max_price: { prompt: 0, completion: 0 },
      });
    });

    it('ask no provider with a form that cannot carry the fields for the rule', async () => {
      await start({
        speaks: ['chat', 'transcriptions'],
        chains: { default: { targets: ['router/maker/good:free'], privacy: 'no-training', maxWait: '0s' } },
      });
      const form = new FormData();
      form.set('model', 'default');
      form.set('file', new File(['sound'], 'a.wav'));
      const response = await fetch(`${proxy.address}/v1/audio/transcriptions`, {
        method: 'POST',
        headers: { authorization: 'Bearer test-key-of-the-proxy' },
        body: form,
      });
      expect(response.status).to.be.within(400, 503);
      expect(await response.text()).to.include('a form cannot ask it not to train on the request');
      expect(router.received).to.deep.equal([]);
    });

    it('believe a server of your own only at an address in your network', async () => {
      await start({
        providers: {
          home: { type: 'ollama', baseUrl: router.baseUrl },
          rented: { type: 'ollama', baseUrl: 'https://gpu.example.com/v1' },
        },
        chains: {
          default: { targets: ['rented/a-model', 'home/big:120b-cloud', 'home/a-model'], privacy: 'no-training' },
        },
      });
      const { targets } = await explained();
      expect(targets.map(({ step, training }) => [step, training?.why])).to.deep.equal([
        ['skipped', 'its address gpu.example.com is not in your own network'],
        ['skipped', 'the server passes this model on to a cloud'],
        ['asked', 'requests stay in your own network'],
      ]);
    });
  });
});
