import { expect } from 'chai';
import { chainOver, HELLO, type RunningProxy, startProxy } from '../../proxy.js';
import { type Answerer, answer, reply, ScriptedUpstream } from '../../scripted-upstream.js';

const HOUR_MS = 3_600_000;

/** A provider with two models, in this order in the chain. */
class TwoModels {
  private constructor(
    readonly upstream: ScriptedUpstream,
    readonly proxy: RunningProxy,
  ) {}

  static async start(): Promise<TwoModels> {
    const upstream = await ScriptedUpstream.start();
    const chain = { targets: ['one/first', 'one/second'], maxWait: '0s' };
    return new TwoModels(upstream, await startProxy(chainOver([upstream], chain)));
  }

  /** `first` answers for the first model, and the second model answers well. */
  refuse(first: Answerer): void {
    const well = answer('Hello!');
    this.upstream.always((res, request) => (request.body.model === 'first' ? first : well)(res, request));
  }

  /** Sends one request. Returns its status, and the models that were asked for it. */
  async ask(): Promise<{ status: number; asked: unknown[] }> {
    const before = this.upstream.received.length;
    const { status } = await this.proxy.post({ messages: HELLO });
    return { status, asked: this.upstream.received.slice(before).map(({ body }) => body.model) };
  }

  /** Ms until the first model may be asked again. 0 if nothing keeps it back. */
  rest(): number {
    const { targets } = this.proxy.app.runtime.status();
    return (targets.find(({ target }) => target === 'one/first')?.until ?? Date.now()) - Date.now();
  }

  async close(): Promise<void> {
    await this.proxy.close();
    await this.upstream.close();
  }
}

const said = (message: string, more: object = {}) => ({ error: { message, ...more } });

interface Case {
  readonly it: string;
  readonly refusal: Answerer;
  /** The models that the first request asks, and those that the second asks. */
  readonly asked: readonly [first: readonly string[], second: readonly string[]];
  /** Ms that the first model rests: at least, and at most. */
  readonly rests: readonly [least: number, most: number];
}

const ONE_MODEL = [['first', 'second'], ['second']] as const;
const ACCOUNT = [['first'], []] as const;
const AGAIN = [
  ['first', 'second'],
  ['first', 'second'],
] as const;
const AN_HOUR = [0.9 * HOUR_MS, 1.1 * HOUR_MS] as const;

const CASES: readonly Case[] = [
  {
    it: 'leaves the other model of the provider usable after a 403 about one model',
    refusal: reply(403, said('The free tier of this model is over.')),
    asked: ONE_MODEL,
    rests: AN_HOUR,
  },
  {
    it: 'leaves the other model usable after a 401 about the model, and not about the key',
    refusal: reply(401, { type: 'error', error: { type: 'ModelError', message: 'Model first is not supported' } }),
    asked: ONE_MODEL,
    rests: AN_HOUR,
  },
  {
    it: 'leaves free models usable after a 402 about a paid model',
    refusal: reply(402, said('This is a paid model. To use paid models, you need to add credits.')),
    asked: ONE_MODEL,
    rests: AN_HOUR,
  },
  {
    it: 'does not ask again at once for a model that is unknown under a 400',
    refusal: reply(400, said('first is not a valid model ID', { code: 400 })),
    asked: ONE_MODEL,
    rests: AN_HOUR,
  },
  {
    it: 'does not ask an account again at once that has no credit under a 400',
    refusal: reply(400, said('Your credit balance is too low to access the API.')),
    asked: ACCOUNT,
    rests: AN_HOUR,
  },
  {
    it: 'lets an empty account rest long under a 429, whatever Retry-After says',
    refusal: reply(429, said('Your account is suspended due to insufficient balance'), { 'retry-after': '1' }),
    asked: ACCOUNT,
    rests: AN_HOUR,
  },
  {
    it: 'does not ask an account again at once that is restricted under a 400',
    refusal: reply(400, said('Organization has been restricted.', { code: 'organization_restricted' })),
    asked: ACCOUNT,
    rests: [0, Number.POSITIVE_INFINITY],
  },
  {
    it: 'lets a target rest that reports a limit under a 400',
    refusal: reply(400, said('Rate limit exceeded'), { 'retry-after': '600' }),
    asked: ONE_MODEL,
    rests: [9 * 60_000, 10 * 60_000],
  },
  {
    it: 'lets no target rest after one plain 404 of what stands in front',
    refusal: reply(404, '404 page not found'),
    asked: AGAIN,
    rests: [0, 60_000],
  },
  {
    it: 'lets no target rest after one 404 page',
    refusal: reply(404, '<html><title>404 Not Found</title></html>', { 'content-type': 'text/html' }),
    asked: AGAIN,
    rests: [0, 60_000],
  },
  {
    it: 'lets a model rest whose 404 is JSON without an object',
    refusal: reply(404, '"404 page not found"', { 'content-type': 'application/json' }),
    asked: ONE_MODEL,
    rests: AN_HOUR,
  },
  {
    it: 'asks again after a 403 without capacity',
    refusal: reply(403, said('The service is busy, please try again later.')),
    asked: AGAIN,
    rests: [0, 60_000],
  },
  {
    it: 'asks again after a 400 that quotes a prompt about limits',
    refusal: reply(400, said('Invalid content: "What is a rate limit, and why is my account suspended?"')),
    asked: AGAIN,
    rests: [0, 0],
  },
];

describe('A refusal', () => {
  let stage: TwoModels;

  beforeEach(async () => {
    stage = await TwoModels.start();
  });

  afterEach(() => stage.close());

  for (const { it: name, refusal, asked, rests } of CASES) {
    it(name, async () => {
      stage.refuse(refusal);
      const [first, second] = [await stage.ask(), await stage.ask()];
      expect([first.asked, second.asked]).to.deep.equal(asked);
      expect(stage.rest()).to.be.within(...rests);
    });
  }
});
