import { expect } from 'chai';
import type { FailureClass } from '../../../src/contract/quota.js';
import type {
  AttemptRecord,
  FailedAttempt,
  Outcome,
  ServedAttempt,
  SkippedAttempt,
  Target,
} from '../../../src/plugin/door/attempt.js';
import { toRequestRecord } from '../../../src/plugin/door/request-record.js';

const ARRIVED_AT = Date.UTC(2026, 0, 1, 12);
const TARGET: Target = { id: 'one/a-model', provider: 'one', type: 'openai-compatible', model: 'a-model', limits: [] };

type Rest = Pick<AttemptRecord, 'outcome'> & Partial<FailedAttempt | SkippedAttempt | ServedAttempt>;

const recordAt = (ms: number, more: Rest = { outcome: 'served' }): AttemptRecord =>
  ({
    attempt: {
      requestId: 'an-id',
      chain: 'default',
      target: TARGET,
      number: 1,
      startedAt: ARRIVED_AT + ms,
      stream: false,
      estimatedTokens: 10,
      dryRun: false,
    },
    durationMs: 12.34,
    signals: [],
    adapted: [],
    ...more,
  }) as AttemptRecord;

const outcomeOf = (attempts: readonly AttemptRecord[]): Outcome => ({
  requestId: 'an-id',
  chain: 'default',
  path: '/chat/completions',
  keyLabel: 'key 1',
  startedAt: ARRIVED_AT,
  status: 200,
  durationMs: 1_500,
  waitedMs: 1_000,
  stream: false,
  resumed: 0,
  attempts,
});

describe('The record of a request', () => {
  const cases = [
    {
      title: 'one that was passed over',
      tried: recordAt(3, { outcome: 'skipped', reason: 'no room', limited: true }),
      kept: { outcome: 'skipped', class: 'rate_limit', reason: 'no room', startedMs: 3, durationMs: 0 },
    },
    {
      title: 'one that failed',
      tried: recordAt(5, {
        outcome: 'failed',
        failure: { class: 'server_error', message: 'down', status: 503, at: ARRIVED_AT },
      }),
      kept: { outcome: 'failed', class: 'server_error', reason: 'down', status: 503, startedMs: 5, durationMs: 12.3 },
    },
    {
      title: 'one whose failure was decided on',
      tried: recordAt(5, {
        outcome: 'failed',
        failure: { class: 'rate_limit', message: 'slow down', status: 429, at: ARRIVED_AT },
        decision: '429 about a limit: the target cools down for 1m',
      }),
      kept: {
        outcome: 'failed',
        class: 'rate_limit',
        reason: 'slow down',
        status: 429,
        decision: '429 about a limit: the target cools down for 1m',
        startedMs: 5,
        durationMs: 12.3,
      },
    },
    {
      title: 'one that served after a wait',
      tried: recordAt(1_005),
      kept: { outcome: 'served', startedMs: 1_005, durationMs: 12.3 },
    },
    {
      title: 'one that was sent another request than the caller’s',
      tried: recordAt(1, { outcome: 'served', adapted: ['dropped name: it refuses it'] }),
      kept: { outcome: 'served', startedMs: 1, durationMs: 12.3, adapted: ['dropped name: it refuses it'] },
    },
    {
      title: 'one that the clock puts before the arrival',
      tried: recordAt(-1),
      kept: { outcome: 'served', startedMs: 0, durationMs: 12.3 },
    },
  ];
  for (const { title, tried, kept } of cases)
    it(`states when a target was asked after the arrival, and for how long: ${title}`, () => {
      expect(toRequestRecord(outcomeOf([tried])).attempts).to.deep.equal([{ target: 'one/a-model', ...kept }]);
    });

  it('has the same attempts whether or not targets were skipped together', () => {
    const skipped = ['a limit', 'x'.repeat(500), 'disabled'].map((reason, index) => ({
      target: { ...TARGET, id: `one/${index}` },
      reason,
      limited: index === 0,
    }));
    for (const ms of [0, 3, 3, 1_000]) {
      const startedAt = ARRIVED_AT + ms;
      const alone = skipped.map(({ target, ...more }) => {
        const record = recordAt(ms, { outcome: 'skipped', ...more });
        return { ...record, attempt: { ...record.attempt, target } };
      });
      const before = recordAt(0, { outcome: 'failed', failure: { class: 'auth', message: 'no', at: ARRIVED_AT } });
      const expected = toRequestRecord(outcomeOf([before, ...alone, recordAt(5)]));
      const steps = [before, { outcome: 'skipped together', targets: skipped, startedAt }, recordAt(5)] as const;
      const outcome = { ...outcomeOf([]), steps };
      expect(toRequestRecord(outcome)).to.deep.equal(expected);
    }
  });

  const PROMPT = 'a prompt that is nobody\u2019s business but the caller\u2019s';
  const SHORT = "It doesn't know 'top_k', 'seed' and whatever else it was sent by its caller, who can't.";
  const WORDS: readonly [what: string, failureClass: FailureClass, message: string, kept: string | undefined][] = [
    ['what a refusal of the content says', 'moderation', `flagged: ${PROMPT}`, undefined],
    [
      'a long quotation',
      'bad_request',
      `Invalid value "${PROMPT}" in 'messages'.`,
      'Invalid value "…" in \'messages\'.',
    ],
    ['a long quotation that was cut', 'bad_request', `Invalid value '${PROMPT}`, "Invalid value '…'"],
    [
      'a long quotation in other marks',
      'server_error',
      `Cannot read “${PROMPT}” or «${PROMPT}».`,
      'Cannot read "…" or "…".',
    ],
    ['nothing of a short one', 'bad_request', SHORT, SHORT],
  ];
  for (const [what, failureClass, message, kept] of WORDS) {
    const failing = outcomeOf([
      recordAt(1, { outcome: 'failed', failure: { class: failureClass, message, status: 400, at: ARRIVED_AT } }),
    ]);

    it(`omits from a provider's message ${what}`, () => {
      expect(toRequestRecord(failing).attempts[0]?.reason).to.equal(kept);
    });

    it(`keeps a provider's whole message if content is kept: ${what}`, () => {
      const content = () => ({ request: '{}' });
      expect(toRequestRecord({ ...failing, content }).attempts[0]?.reason).to.equal(message);
    });
  }
});
