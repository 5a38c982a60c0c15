import { expect } from 'chai';
import type { Clock } from '../../../src/clock.js';
import type { FailureClass } from '../../../src/contract/quota.js';
import { Caller } from '../../../src/engine/caller.js';
import { TimedOut } from '../../../src/engine/causes.js';
import type { ChainRequest } from '../../../src/engine/request.js';
import type { Chain, PreparedTarget } from '../../../src/engine/target.js';
import type { Command, Reply } from '../../../src/engine/walk/commands.js';
import { denied, refused } from '../../../src/engine/walk/outcome.js';
import { RequestTrace } from '../../../src/engine/walk/trace.js';
import type { WalkView } from '../../../src/engine/walk/view.js';
import { Walk, type WalkEnd } from '../../../src/engine/walk/walk.js';
import type { Refusal, Reservation } from '../../../src/ledger/ledger.js';
import type { Failure } from '../../../src/plugin/door/attempt.js';

const NOW = Date.UTC(2026, 0, 1);
const CLOCK: Clock = { now: () => NOW, monotonic: () => 0 };
const RESERVATION: Reservation = { granted: true, target: '', sequence: 1, settle: () => {}, release: () => {} };

const target = (id: string, more: object = {}): PreparedTarget =>
  ({ id, publicView: { id }, ...more }) as PreparedTarget;
const [A, B, C, OFF] = [
  target('a/x'),
  target('b/x'),
  target('c/x'),
  target('off/x', { unusable: { state: 'unconfigured', reason: 'KEY is not set' } }),
];

const spent = (retryInMs?: number): Refusal => ({
  granted: false,
  code: 'quota',
  reason: 'spent',
  retryAt: retryInMs === undefined ? undefined : NOW + retryInMs,
});

/** Replies to `reserve`: the target at this index is granted, and those before it were refused. */
const granted = (targets: readonly PreparedTarget[], index: number, refusal = spent()): Reply => ({
  granted: { target: targets[index] as PreparedTarget, reservation: RESERVATION },
  kept: targets.slice(0, index).map((each) => refused(each, refusal)),
});

const kept = (targets: readonly PreparedTarget[], refusal: Refusal): Reply => ({
  kept: targets.map((each) => refused(each, refusal)),
});

const record = { outcome: 'served' } as never;
const served: Reply = { kind: 'served', answer: { stream: false } as never, record };
const failed = (failureClass: FailureClass, more: Partial<Failure> = {}, durationMs = 10): Reply => ({
  kind: 'failed',
  failure: { class: failureClass, message: 'no', at: NOW, ...more },
  record: { outcome: 'failed', durationMs } as never,
  repairs: [],
});

interface Setting {
  readonly targets?: readonly PreparedTarget[];
  readonly chain?: Partial<Chain>;
  /** Earlier requests that wait for a target, by its id. */
  readonly ahead?: Readonly<Record<string, number>>;
}

/** Runs a walk whose commands get these replies, one after another. Returns what it asked for, in short, and its end. */
const walked = (
  { targets = [A, B, C], chain = {}, ahead = {} }: Setting,
  ...replies: readonly Reply[]
): { commands: string[]; end: WalkEnd | undefined; trace: RequestTrace } => {
  const request: ChainRequest = {
    id: 'an-id',
    chain: {
      name: 'chain',
      targets,
      maxWaitMs: 0,
      patienceMs: 0,
      retries: 0,
      onModeration: 'return',
      ...chain,
    } as Chain,
    path: '/chat/completions',
    body: {},
    stream: false,
    size: { tokens: 1 },
    caller: new Caller(),
    keyLabel: 'key 1',
  };
  const view: WalkView = {
    now: CLOCK.now,
    monotonic: CLOCK.monotonic,
    needOf: () => ({ tokens: 1, inputTokens: 1 }),
    lackOf: () => undefined,
    ahead: ({ id }) => ahead[id] ?? 0,
  };
  const trace = new RequestTrace(CLOCK, request);
  trace.begin(request);
  const steps = new Walk(request, view, trace).run();
  const commands: string[] = [];
  let step = steps.next(undefined as never);
  for (const reply of replies) {
    if (step.done) break;
    commands.push(inShort(step.value));
    step = steps.next(reply);
  }
  if (!step.done) commands.push(inShort(step.value));
  return { commands, end: step.done ? step.value : undefined, trace };
};

const inShort = (command: Command): string => {
  if (command.do === 'attempt') return `attempt ${command.grant.target.id}`;
  const names = command.targets.map(({ id }) => id).join(' ');
  if (command.do === 'wait') return `wait ${command.ms} ms for ${names}`;
  return `${command.do}${command.do === 'reserve' && command.skipProbation ? ' without caution' : ''} ${names}`;
};

describe('Walk', () => {
  it('asks the ledger once for a whole chain, and attempts the first target with room', () => {
    const { commands, end } = walked({}, granted([A, B, C], 1), served);
    expect(commands).to.deep.equal(['reserve a/x b/x c/x', 'attempt b/x']);
    expect(end).to.include({ kind: 'found', target: B });
  });

  it('moves down after a target that failed', () => {
    const { commands } = walked({}, granted([A, B, C], 0), failed('server_error'), granted([B, C], 1), served);
    expect(commands).to.deep.equal(['reserve a/x b/x c/x', 'attempt a/x', 'reserve b/x c/x', 'attempt c/x']);
  });

  it('asks for no target that is unusable, and records it in its place', () => {
    const { commands, trace } = walked({ targets: [A, OFF, B] }, granted([A, B], 1), served);
    expect(commands).to.deep.equal(['reserve a/x b/x', 'attempt b/x']);
    const { attempts = [] } = trace.end({ status: 200 }) ?? {};
    expect(attempts.map((each) => [each.attempt.target.id, each.outcome === 'skipped' && each.reason])).to.deep.equal([
      ['a/x', 'spent'],
      ['off/x', 'KEY is not set'],
    ]);
  });

  it('asks one target at a time while it has patience, and waits for one that is back soon', () => {
    const { commands } = walked({ chain: { patienceMs: 3_000 } }, kept([A], spent(2_000)), { kind: 'late' });
    expect(commands).to.deep.equal(['reserve a/x', 'wait 3000 ms for a/x', 'reserve b/x']);
  });

  it('does not wait for a better target when requests ahead will use up what returns', () => {
    const setting = { chain: { patienceMs: 3_000 }, ahead: { 'a/x': 2 } };
    const reply = { hasRoom: false, refusals: [{ ...spent(2_000), capacityAtRetry: 2 }] };
    expect(walked(setting, reply).commands).to.deep.equal(['preview a/x', 'reserve b/x']);
  });

  it('leaves a target with room to requests that wait for it already', () => {
    const { commands } = walked({ ahead: { 'b/x': 1 } }, kept([A], spent()), { hasRoom: true, refusals: [] });
    expect(commands).to.deep.equal(['reserve a/x', 'preview b/x', 'reserve c/x']);
  });

  it('waits for every target that may come back, and attempts the one that is granted', () => {
    const { commands, end } = walked(
      { chain: { maxWaitMs: 5_000 } },
      kept([A, B, C], spent(1_000)),
      { kind: 'granted', grant: { target: C, reservation: RESERVATION } },
      served,
    );
    expect(commands).to.deep.equal(['reserve a/x b/x c/x', 'wait 5000 ms for a/x b/x c/x', 'attempt c/x']);
    expect(end).to.include({ kind: 'found', target: C });
  });

  it('does not wait for targets that come back too late', () => {
    const { commands, end } = walked({ chain: { maxWaitMs: 5_000 } }, kept([A, B, C], spent(6_000)));
    expect(commands).to.deep.equal(['reserve a/x b/x c/x']);
    expect(end).to.include({ kind: 'exhausted' });
  });

  it('looks again after a wait in vain, so that the error says what keeps each target back by now', () => {
    const { commands, end } = walked(
      { targets: [A], chain: { maxWaitMs: 5_000 } },
      kept([A], spent(1_000)),
      { kind: 'late' },
      { hasRoom: false, refusals: [{ ...spent(9_000), reason: 'still spent' }] },
    );
    expect(commands).to.deep.equal(['reserve a/x', 'wait 5000 ms for a/x', 'preview a/x']);
    expect(end?.kind === 'exhausted' && end.error.message).to.contain('still spent');
  });

  it('asks targets on probation without caution before it gives up', () => {
    const { commands, end } = walked(
      {},
      kept([A, B, C], { ...spent(), code: 'first_contact' }),
      granted([A, B, C], 2),
      served,
    );
    expect(commands).to.deep.equal(['reserve a/x b/x c/x', 'reserve without caution a/x b/x c/x', 'attempt c/x']);
    expect(end).to.include({ kind: 'found', target: C });
  });

  it('repeats a fault in place as often as the chain says', () => {
    const again = granted([A], 0);
    const { commands } = walked(
      { targets: [A], chain: { retries: 2 } },
      granted([A], 0),
      failed('server_error'),
      again,
      failed('overloaded'),
      again,
      failed('server_error'),
    );
    expect(commands.filter((each) => each === 'attempt a/x')).to.have.length(3);
  });

  const coded = (code: string): Error => Object.assign(new Error(code), { code });
  const FAILURES: readonly [what: string, again: boolean, failure: Reply][] = [
    ['a 500 at once', true, failed('server_error', { status: 500 })],
    ['a 503 at once', true, failed('overloaded', { status: 503 })],
    ['a refused connection', true, failed('server_error', { cause: coded('ECONNREFUSED') })],
    ['a connection that broke at once', true, failed('server_error', { cause: coded('ECONNRESET') })],
    ['a 500 after a while', false, failed('server_error', { status: 500 }, 2_500)],
    ['a connection that broke after a while', false, failed('server_error', { cause: coded('UND_ERR_SOCKET') }, 9_000)],
    ['a first token that was late', false, failed('server_error', { cause: new TimedOut('firstToken', 300) }, 300)],
    ['silence', false, failed('server_error', { cause: new TimedOut('idle', 300) }, 300)],
    ['a connection that was late', false, failed('server_error', { cause: coded('UND_ERR_CONNECT_TIMEOUT') }, 300)],
    ['a limit', false, failed('rate_limit', { status: 429 })],
    ['a refused key', false, failed('auth', { status: 401 })],
  ];
  for (const [what, again, failure] of FAILURES) {
    it(`${again ? 'repeats' : 'does not repeat'} ${what} in place`, () => {
      const { commands } = walked({ targets: [A, B], chain: { retries: 1 } }, granted([A, B], 0), failure);
      expect(commands.at(-1)).to.equal(again ? 'reserve a/x' : 'reserve b/x');
    });
  }

  describe('with patience', () => {
    const cooling = (retryInMs: number): Reply => ({
      hasRoom: false,
      refusals: [{ ...spent(retryInMs), code: 'cooldown' }],
    });
    const PATIENT = { chain: { patienceMs: 3_000 }, targets: [A, B] };
    const COVERED: readonly [what: string, failure: Reply][] = [
      ['a limit', failed('rate_limit', { status: 429, about: 'limit' })],
      ['a limit of a day that is back soon', failed('quota', { status: 429, about: 'limit' })],
      ['lack of capacity', failed('overloaded', { status: 503, about: 'capacity' })],
    ];
    for (const [what, failure] of COVERED) {
      it(`waits for the same target after a refusal for ${what}, and attempts it again`, () => {
        const grant = { target: A, reservation: RESERVATION };
        const replies = [granted([A], 0), failure, cooling(2_000), { kind: 'granted', grant } as const, served];
        expect(walked(PATIENT, ...replies).commands).to.deep.equal([
          'reserve a/x',
          'attempt a/x',
          'preview a/x',
          'wait 3000 ms for a/x',
          'attempt a/x',
        ]);
      });
    }

    it('moves down after a refusal whose end is too far away', () => {
      const { commands } = walked(PATIENT, granted([A], 0), failed('rate_limit'), cooling(4_000));
      expect(commands).to.deep.equal(['reserve a/x', 'attempt a/x', 'preview a/x', 'reserve b/x']);
    });

    const NOT_COVERED: readonly [what: string, failure: Reply][] = [
      ['lack of credit', failed('quota', { status: 402, about: 'money' })],
      ['a refused key', failed('auth', { status: 401 })],
      ['an unknown model', failed('not_found', { status: 404 })],
      ['a fault', failed('server_error', { status: 500 })],
      ['a rejection of the request', failed('bad_request', { status: 400 })],
    ];
    for (const [what, failure] of NOT_COVERED) {
      it(`moves down at once after ${what}`, () => {
        const { commands } = walked(PATIENT, granted([A], 0), failure);
        expect(commands).to.deep.equal(['reserve a/x', 'attempt a/x', 'reserve b/x']);
      });
    }

    it('moves down at once without patience', () => {
      const { commands } = walked({ targets: [A, B] }, granted([A, B], 0), failed('rate_limit'));
      expect(commands).to.deep.equal(['reserve a/x b/x', 'attempt a/x', 'reserve b/x']);
    });
  });

  const ONE_REJECTS = [granted([A, B], 0), failed('bad_request'), granted([B], 0), failed('rate_limit')];
  const AFTER_A_WAIT: Readonly<Record<string, readonly Reply[]>> = {
    'no time to wait': [],
    'a wait in vain': [{ kind: 'late' }, { hasRoom: false, refusals: [spent(9_000)] }],
    'a full queue': [{ kind: 'full' }],
    'a denial by a hook': [
      { kind: 'denied', outcome: denied(B, { reason: 'closed' }, NOW) },
      { hasRoom: false, refusals: [spent(9_000)] },
    ],
  };
  for (const [what, replies] of Object.entries(AFTER_A_WAIT)) {
    it(`does not end in a rejection when another target that was asked has a limit, after ${what}`, () => {
      const chain = replies.length === 0 ? {} : { maxWaitMs: 5_000 };
      expect(walked({ targets: [A, B], chain }, ...ONE_REJECTS, ...replies).end?.kind).to.equal('exhausted');
    });
  }

  it('looks anew at the targets behind one that a hook denied, and records the denial', () => {
    const denial = denied(A, { reason: 'closed' }, NOW);
    const { commands, trace } = walked({}, { kept: [denial] }, granted([B, C], 0), served);
    expect(commands).to.deep.equal(['reserve a/x b/x c/x', 'reserve b/x c/x', 'attempt b/x']);
    const { attempts = [] } = trace.end({ status: 200 }) ?? {};
    expect(attempts.map((each) => each.outcome === 'skipped' && each.reason)).to.deep.equal(['closed']);
  });

  it('records a denial of a last resort and of a retry', () => {
    const denial = denied(A, { reason: 'closed' }, NOW);
    const lastResort = walked({ targets: [A] }, kept([A], { ...spent(), code: 'first_contact' }), { kept: [denial] });
    const retry = walked({ targets: [A], chain: { retries: 1 } }, granted([A], 0), failed('server_error'), {
      kept: [denial],
    });
    for (const { trace, end } of [lastResort, retry]) {
      expect(end?.kind).to.equal('exhausted');
      const last = trace.end({ status: 503 })?.attempts.at(-1);
      expect(last?.outcome === 'skipped' && last.reason).to.equal('closed');
    }
  });

  it('ends at once when content is refused', () => {
    const { commands, end } = walked({}, granted([A, B, C], 0), failed('moderation'));
    expect(commands).to.deep.equal(['reserve a/x b/x c/x', 'attempt a/x']);
    expect(end?.kind).to.equal('rejected');
  });
});
