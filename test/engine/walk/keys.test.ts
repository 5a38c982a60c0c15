import { expect } from 'chai';
import { type RunningProxy, startProxy } from '../../proxy.js';
import { type Answerer, answer, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { spent } from '../chain-stage.js';

const HELLO = { messages: [{ role: 'user', content: 'Hello' }] };

const refusal = (status: number, message: string): Answerer => reply(status, { error: { message } });

/** A provider whose answer depends on the key, and which notes the keys of its requests. */
class KeyedProvider {
  readonly upstream: ScriptedUpstream;
  readonly answers = new Map<string, Answerer>();

  private constructor(upstream: ScriptedUpstream) {
    this.upstream = upstream;
    upstream.always((res, request) => {
      const key = String(request.headers.authorization).replace('Bearer key-of-', '');
      return (this.answers.get(key) ?? answer(`from ${key}`))(res, request);
    });
  }

  static async start(): Promise<KeyedProvider> {
    return new KeyedProvider(await ScriptedUpstream.start());
  }

  get asked(): string[] {
    return this.upstream.received.map(({ headers }) => String(headers.authorization).replace('Bearer key-of-', ''));
  }
}

describe('Several keys of one provider', () => {
  let provider: KeyedProvider;
  let proxy: RunningProxy;

  const start = async (more: object = {}, chain: object = {}, targets = ['one/a-model']): Promise<void> => {
    proxy = await startProxy({
      providers: {
        one: {
          type: 'openai-compatible',
          baseUrl: provider.upstream.baseUrl,
          apiKeys: ['key-of-ann', { key: 'key-of-bob', label: 'bob' }, 'key-of-cat'],
          ...more,
        },
      },
      chains: { default: { targets, maxWait: '0s', ...chain } },
    });
  };

  const ask = async (body: object = {}): Promise<{ readonly status: number; readonly target: string | null }> => {
    const response = await proxy.post({ ...HELLO, ...body });
    await response.text();
    return { status: response.status, target: response.headers.get('x-429chain-target') };
  };

  const targetsOf = async (count: number): Promise<(string | null)[]> => {
    const targets: (string | null)[] = [];
    for (let index = 0; index < count; index++) targets.push((await ask()).target);
    return targets;
  };

  beforeEach(async () => {
    provider = await KeyedProvider.start();
  });

  afterEach(async () => {
    await proxy.close();
    await provider.upstream.close();
  });

  it('are used in the order in which they are written', async () => {
    await start();
    expect(await targetsOf(3)).to.deep.equal(Array(3).fill('one:key%201/a-model'));
    expect(provider.asked).to.deep.equal(['ann', 'ann', 'ann']);
  });

  it('have limits of their own: when one is used up, the next one serves', async () => {
    await start({ limits: [{ requests: 2, per: '1h' }] });
    await targetsOf(7);
    expect(provider.asked).to.deep.equal(['ann', 'ann', 'bob', 'bob', 'cat', 'cat']);
    expect((await ask()).status).to.equal(429);
  });

  it('cool down by themselves', async () => {
    await start();
    provider.answers.set('ann', spent('60'));
    expect((await ask()).target).to.equal('one:bob/a-model');
    await ask();
    expect(provider.asked).to.deep.equal(['ann', 'bob', 'bob']);
  });

  for (const status of [401, 403]) {
    it(`rest alone if the provider refuses one with ${status}, for all models`, async () => {
      await start({}, {}, ['one/a-model', 'one/other-model']);
      provider.answers.set('ann', refusal(status, 'Invalid API key'));
      expect((await ask()).status).to.equal(200);
      expect((await ask({ model: 'one/other-model' })).target).to.equal('one:bob/other-model');
      expect(provider.asked).to.deep.equal(['ann', 'bob', 'bob']);
      expect(proxy.log.lines.join('\n')).to.match(/one refused its key "key 1" \(40\d/);
    });
  }

  it('share the limits of a named account, and a refused one still rests alone', async () => {
    await start({ account: 'team', limits: [{ requests: 3, per: '1h' }] });
    provider.answers.set('ann', refusal(401, 'Invalid API key'));
    expect(await targetsOf(3)).to.deep.equal(['one:bob/a-model', 'one:bob/a-model', null]);
    expect(provider.asked).to.deep.equal(['ann', 'bob', 'bob']);
  });

  it('are not all tried with a request that the provider refuses for itself', async () => {
    await start();
    for (const key of ['ann', 'bob', 'cat']) provider.answers.set(key, refusal(400, 'messages must not be empty'));
    expect((await ask()).status).to.equal(400);
    expect(provider.asked).to.deep.equal(['ann']);
  });

  it('are not waited for with a request that the provider refuses for itself', async () => {
    await start({}, { maxWait: '20s' });
    provider.answers.set('ann', spent('10'));
    provider.answers.set('bob', refusal(400, 'messages must not be empty'));
    expect((await ask()).status).to.equal(400);
    expect(provider.asked).to.deep.equal(['ann', 'bob']);
  });

  it('are tried before patience waits for the first one', async () => {
    await start({}, { patience: '20s' });
    provider.answers.set('ann', spent('10'));
    provider.answers.set('bob', spent('10'));
    expect((await ask()).target).to.equal('one:key%203/a-model');
  });

  it('are waited for with patience once none has capacity, before the chain moves on', async () => {
    const other = await KeyedProvider.start();
    const { baseUrl } = provider.upstream;
    proxy = await startProxy({
      providers: {
        one: { type: 'openai-compatible', baseUrl, apiKeys: ['key-of-ann', 'key-of-bob'] },
        two: { type: 'openai-compatible', baseUrl: other.upstream.baseUrl, apiKey: 'key-of-two' },
      },
      chains: { default: { targets: ['one/a-model', 'two/a-model'], patience: '10s' } },
    });
    provider.answers.set('ann', spent('60'));
    provider.answers.set('bob', async (res, request) => {
      provider.answers.delete('bob');
      await spent('0.2')(res, request);
    });
    expect((await ask()).target).to.equal('one:key%202/a-model');
    expect(provider.asked).to.deep.equal(['ann', 'bob', 'bob']);
    await other.upstream.close();
  });

  it('can be addressed as one target and each by itself', async () => {
    await start({}, {}, ['one/a-model']);
    provider.answers.set('ann', spent('60'));
    expect((await ask({ model: 'one/other-model' })).target).to.equal('one:bob/other-model');
    expect((await ask({ model: 'one:key 3/other-model' })).target).to.equal('one:key%203/other-model');
    expect((await ask({ model: 'one:bob/a-model' })).target).to.equal('one:bob/a-model');
  });

  it('are one model in the list of models', async () => {
    await start();
    const { data } = await proxy.client.models.list();
    expect(data.map(({ id }) => id)).to.deep.equal(['default', 'one/a-model']);
  });

  describe("with rotate: 'most-left'", () => {
    it('take turns while nothing is known of their limits', async () => {
      await start({ rotate: 'most-left' });
      await targetsOf(6);
      expect(provider.asked).to.deep.equal(['ann', 'bob', 'cat', 'ann', 'bob', 'cat']);
    });

    it('are used by what is left of the tightest limit of each', async () => {
      const left = (name: string, remaining: number): void =>
        void provider.answers.set(
          name,
          answer('Hello', {
            'x-ratelimit-limit-requests': '100',
            'x-ratelimit-remaining-requests': String(remaining),
            'x-ratelimit-reset-requests': '1h',
          }),
        );
      await start({ rotate: 'most-left' });
      left('ann', 10);
      left('bob', 80);
      left('cat', 40);
      await targetsOf(3);
      expect(await targetsOf(2)).to.deep.equal(['one:bob/a-model', 'one:bob/a-model']);
      left('bob', 5);
      await ask();
      expect((await ask()).target).to.equal('one:key%203/a-model');
    });

    it('share out requests that arrive at the same time', async () => {
      await start({ rotate: 'most-left', limits: [{ requests: 100, per: '1h' }] });
      await Promise.all(Array.from({ length: 6 }, () => ask()));
      expect(provider.asked.toSorted()).to.deep.equal(['ann', 'ann', 'bob', 'bob', 'cat', 'cat']);
    });
  });
});
