import { expect } from 'chai';
import type { FailureClass, FailureSubject, ScopeKind, Signal } from '../../../../src/contract/quota.js';
import { type Consequence, decisionOf, subjectOf } from '../../../../src/engine/attempt/failure/decision.js';
import { CallerGone, NoOverlap, NotAdaptable, TimedOut } from '../../../../src/engine/causes.js';
import { answer, hangUp, reply, silence } from '../../../scripted-upstream.js';
import { until } from '../../../until.js';
import { ChainStage, spent } from '../../chain-stage.js';

const NOW = Date.UTC(2026, 0, 1);
const SCOPES = { target: 'openrouter/m', provider: 'openrouter', pool: 'openrouter#free' };
const MINUTE: Signal = { dimension: 'requests', window: '1m', remaining: 0 };
const HOUR = 3_600_000;

const sentence = (
  failure: { class: FailureClass; status?: number; about?: FailureSubject; cause?: Error },
  rest: readonly [scope: ScopeKind, ms: number] | undefined = undefined,
  more: Consequence = {},
): string => {
  const judged = { ...failure, message: 'words of the provider', at: NOW, about: failure.about ?? subjectOf(failure) };
  const [scope, ms = 0] = rest ?? [];
  return decisionOf(judged, SCOPES, { scope, until: rest && NOW + ms, ...more });
};

describe('What 429chain decided after a failure, in a sentence', () => {
  const ROWS: readonly [sentence: string, made: string][] = [
    [
      '403 about this model: the target cools down for 1h, the account does not',
      sentence({ class: 'not_found', status: 403, about: 'model' }, ['target', HOUR]),
    ],
    [
      '429 about a limit (requests per minute): the target cools down for 37s',
      sentence({ class: 'rate_limit', status: 429 }, ['target', 37_200], { limits: [MINUTE] }),
    ],
    [
      '429 about a limit (requests per minute, tokens per day): the pool openrouter#free cools down for 1d1h',
      sentence({ class: 'quota', status: 429 }, ['pool', 25.2 * HOUR], {
        limits: [MINUTE, { dimension: 'tokens', window: '1d' }, { dimension: 'tokens', window: '5m' }],
      }),
    ],
    [
      '429 about a limit (concurrent requests): the target cools down for 2s',
      sentence({ class: 'rate_limit', status: 429 }, ['target', 2_000], { limits: [{ dimension: 'concurrent' }] }),
    ],
    [
      "402 about the account's credit: the whole account cools down for 1d",
      sentence({ class: 'quota', status: 402 }, ['provider', 24 * HOUR]),
    ],
    [
      '401 about the key: the whole account cools down for 1m',
      sentence({ class: 'auth', status: 401 }, ['provider', 60_000]),
    ],
    [
      '401 about the key: the whole account cools down for 5s, then the key is tried again',
      sentence({ class: 'auth', status: 401 }, ['provider', 5_000]),
    ],
    [
      '401 about the key: the whole account cools down until its configuration changes',
      sentence({ class: 'auth', status: 401 }, ['provider', Number.POSITIVE_INFINITY]),
    ],
    [
      '403 about the account: the whole account cools down for 1h',
      sentence({ class: 'auth', status: 403, about: 'account' }, ['provider', HOUR]),
    ],
    [
      '400 about the request: nothing cools down, other targets may accept it',
      sentence({ class: 'bad_request', status: 400 }),
    ],
    [
      '400 about the request: nothing cools down, a repaired request follows',
      sentence({ class: 'bad_request', status: 400 }, undefined, { repaired: true }),
    ],
    [
      '413 about the request: nothing cools down, a target with more room may accept it',
      sentence({ class: 'too_large', status: 413 }),
    ],
    ['403 about the content: nothing cools down', sentence({ class: 'moderation', status: 403 })],
    ['500 from the provider: nothing cools down yet', sentence({ class: 'server_error', status: 500 })],
    [
      "503 about the provider's capacity: the target cools down for 2s",
      sentence({ class: 'overloaded', status: 503 }, ['target', 2_000]),
    ],
    [
      'An error inside the answer, about a limit: the target cools down for 2s',
      sentence({ class: 'rate_limit', status: 200 }, ['target', 2_000]),
    ],
    ['No response: nothing cools down yet', sentence({ class: 'server_error', cause: new Error('refused') })],
    [
      'No complete answer: nothing cools down yet',
      sentence({ class: 'server_error', status: 200, cause: new Error('cut') }),
    ],
    [
      'No answer in time: nothing cools down yet',
      sentence({ class: 'server_error', cause: new TimedOut('firstToken', 10) }),
    ],
    ['The client disconnected: nothing cools down', sentence({ class: 'cancelled', cause: new CallerGone() })],
    [
      'The answer does not continue the text that the client has: nothing cools down',
      sentence({ class: 'bad_request', cause: new NoOverlap() }),
    ],
    [
      "Not sent, the provider's API cannot express the request: nothing cools down, other targets may accept it",
      sentence({ class: 'bad_request', cause: new NotAdaptable('x') }),
    ],
  ];
  for (const [expected, made] of ROWS) it(`says "${expected}"`, () => expect(made).to.equal(expected));
});

describe('The decision in the record of an attempt', () => {
  let stage: ChainStage;

  afterEach(() => stage.close());

  const ROWS = [
    ['429', spent('60'), /^429 about a limit: the target cools down for 1m$/],
    [
      '401',
      reply(401, { error: { message: 'no' } }),
      /^401 about the key: the whole account cools down (?:for|until) /,
    ],
    [
      '404',
      reply(404, { error: { message: 'no', code: 'model_not_found' } }),
      /^404 about this model: the target cools down for \w+$/,
    ],
    [
      '400',
      reply(400, { error: { message: 'no' } }),
      /^400 about the request: nothing cools down, other targets may accept it$/,
    ],
    ['500', reply(500, { error: { message: 'no' } }), /^500 from the provider: nothing cools down yet$/],
    ['a broken connection', hangUp, /^No response: nothing cools down yet$/],
    ['a timeout', silence, /^No answer in time: nothing cools down yet$/],
    [
      'an error under 200',
      reply(200, { error: { message: 'no' } }),
      /^An error inside the answer, from the provider: nothing cools down yet$/,
    ],
    ['no answer under 200', reply(200, ''), /^No complete answer: nothing cools down yet$/],
  ] as const;
  for (const [what, answerer, expected] of ROWS) {
    it(`says what came of ${what}`, async () => {
      stage = await ChainStage.start(2, {}, { timeouts: { firstToken: '300ms' } });
      const decisions: (string | undefined)[] = [];
      stage.proxy.app.runtime.host.hooks.afterResponse.tap('test', ({ attempts }) => {
        for (const each of attempts) if (each.outcome === 'failed') decisions.push(each.decision);
      });
      stage.upstreams[0]?.always(answerer);
      stage.upstreams[1]?.always(answer('hello'));
      await stage.ask();
      await until(() => decisions.length > 0);
      expect(decisions).to.have.length(1);
      expect(decisions[0]).to.match(expected);
    });
  }

  it('is in the log line of the attempt and in the stored record, and quotes nothing of the prompt', async () => {
    stage = await ChainStage.start(2);
    const prompt = 'a long sentence that only the caller knows';
    const { upstreams, proxy } = stage;
    upstreams[0]?.always(reply(500, { error: { message: `Cannot handle “${prompt}” or "${prompt}"` } }));
    upstreams[1]?.always(answer('hello'));
    for (let index = 0; index < 3; index++) await stage.ask();
    const { requestLog } = proxy.app.runtime.host;
    const page = await requestLog?.requests({});
    const attempts = page?.requests.flatMap((request) => request.attempts) ?? [];
    expect(attempts.flatMap(({ decision = [] }) => decision)).to.have.members([
      '500 from the provider: nothing cools down yet',
      '500 from the provider: the target cools down for 2s',
    ]);
    expect(attempts.at(0)).to.include({ outcome: 'skipped' });
    expect(proxy.log.lines.join('\n')).to.contain(' · 500 from the provider: nothing cools down yet (request ');
    const { chains } = proxy.app.runtime;
    const status = JSON.stringify(chains.all[0]?.targets.map((target) => proxy.app.runtime.stateOf(target)));
    expect(status).to.contain('Cannot handle');
    for (const text of [JSON.stringify(attempts), proxy.log.lines.join('\n'), status]) {
      expect(text).not.to.contain(prompt);
    }
  });
});
