import { expect } from 'chai';
import type { HealthCheck } from '../../../src/contract/health.js';
import type { FailureClass } from '../../../src/contract/quota.js';
import { HealthBook } from '../../../src/engine/health/health-book.js';
import type { AttemptRecord } from '../../../src/plugin/index.js';

const NOW = Date.UTC(2026, 0, 1, 12, 2, 30);
const MINUTE = 60_000;
const ACCOUNTS = [{ provider: 'p', fingerprint: 'one' }];
const TARGETS = ['p/a', 'p/b'];

type Event =
  | 'served'
  | FailureClass
  | { readonly check: HealthCheck['state']; readonly keyUntried?: true }
  | { readonly of: string; readonly class: FailureClass | 'served'; readonly status?: number };

const recordOf = (
  target: string,
  at: number,
  failureClass: FailureClass | 'served',
  status?: number,
): AttemptRecord => {
  const attempt = { target: { id: target }, startedAt: at } as AttemptRecord['attempt'];
  const common = { attempt, durationMs: 0, signals: [], adapted: [] };
  if (failureClass === 'served') return { ...common, outcome: 'served' };
  return {
    ...common,
    outcome: 'failed',
    failure: { class: failureClass, status, message: `${failureClass} said`, at },
  };
};

/** Notes events, a second apart. */
const bookAfter = (events: readonly Event[], book = new HealthBook()): HealthBook => {
  book.configure(ACCOUNTS, TARGETS);
  for (const [index, event] of events.entries()) {
    const at = NOW + index * 1_000;
    if (typeof event === 'string') book.note(recordOf('p/a', at, event, 500));
    else if ('check' in event) book.checked('p', { at, state: event.check, detail: 'the list', ...event });
    else book.note(recordOf(event.of, at, event.class, event.status));
  }
  return book;
};
const LATER = NOW + MINUTE;

describe('The health of a target', () => {
  for (const [state, events] of [
    ['working', ['served']],
    ['failing', ['served', 'server_error']],
    ['working', ['server_error', 'served']],
    ['failing', ['auth']],
    ['limited', ['served', 'rate_limit']],
    ['limited', ['server_error', 'quota']],
    ['failing', ['rate_limit', 'overloaded']],
    ['working', ['rate_limit', 'served']],
    ['working', ['served', 'bad_request']],
    ['working', ['served', 'moderation']],
    ['working', ['served', 'too_large']],
    ['failing', ['bad_request']],
    ['working', ['served', 'cancelled']],
  ] as const) {
    it(`is ${state} after ${events.join(', ')}`, () => {
      expect(bookAfter(events).ofTarget('p/a', LATER)?.state).to.equal(state);
    });
  }

  it('is absent before the first attempt, and after an attempt that its caller left', () => {
    expect(bookAfter([]).ofTarget('p/a', LATER)).to.equal(undefined);
    expect(bookAfter(['cancelled']).ofTarget('p/a', LATER)).to.equal(undefined);
  });

  it('tells when the last answer came, and the last failure with its words', () => {
    const view = bookAfter(['served', 'server_error', 'rate_limit']).ofTarget('p/a', LATER);
    expect(view).to.deep.include({
      lastSuccessAt: NOW,
      lastFailure: { at: NOW + 1_000, class: 'server_error', status: 500, reason: 'server_error said' },
      lastLimit: { at: NOW + 2_000, class: 'rate_limit', status: 500, reason: 'rate_limit said' },
    });
  });

  it('counts the last 60 minutes in steps of five, and forgets older ones', () => {
    const book = bookAfter([]);
    for (const [minutesAgo, failureClass] of [
      [61, 'served'],
      [59, 'served'],
      [59, 'server_error'],
      [58, 'rate_limit'],
      [1, 'served'],
      [0, 'served'],
    ] as const)
      book.note(recordOf('p/a', NOW - minutesAgo * MINUTE, failureClass));
    const at = (minutesAgo: number): number => NOW - 2.5 * MINUTE - minutesAgo * MINUTE;
    expect(book.ofTarget('p/a', NOW)?.hour).to.deep.equal({
      served: 3,
      failed: 1,
      limited: 1,
      steps: [
        { at: at(60), served: 1, failed: 1, limited: 1 },
        { at: at(0), served: 2, failed: 0, limited: 0 },
      ],
    });
    expect(book.ofTarget('p/a', NOW + 59 * MINUTE)?.hour).to.include({ served: 1, failed: 0, limited: 0 });
    expect(book.ofTarget('p/a', NOW + 62 * MINUTE)?.hour.steps).to.deep.equal([]);
  });

  it('keeps the quotations of a provider short, and says nothing of what a refusal of the content says', () => {
    const book = bookAfter([]);
    const prompt = 'a prompt that is long enough to be one';
    const failure = { class: 'server_error' as const, message: `cannot answer "${prompt}"`, at: NOW };
    book.note({ ...recordOf('p/a', NOW, 'server_error'), outcome: 'failed', failure } as AttemptRecord);
    book.note(recordOf('p/b', NOW, 'moderation'));
    expect(book.ofTarget('p/a', NOW)?.lastFailure?.reason).to.equal('cannot answer "…"');
    expect(book.ofTarget('p/b', NOW)?.lastFailure?.reason).to.equal('');
  });

  it('is bounded for models that no chain names, and keeps those of chains', () => {
    const book = bookAfter(['served']);
    for (let index = 0; index < 2_000; index++) book.note(recordOf(`p/addressed-${index}`, NOW, 'not_found'));
    expect(book.ofTarget('p/addressed-0', NOW)).to.equal(undefined);
    expect(book.ofTarget('p/addressed-1999', NOW)?.state).to.equal('failing');
    expect(book.ofTarget('p/a', NOW)?.state).to.equal('working');
  });

  it('survives a reload, unless the key or the address of its provider changed', () => {
    const book = bookAfter(['served']);
    book.configure(ACCOUNTS, [...TARGETS, 'p/c']);
    expect(book.ofTarget('p/a', LATER)?.state).to.equal('working');
    book.configure([{ provider: 'p', fingerprint: 'two' }], TARGETS);
    expect(book.ofTarget('p/a', LATER)).to.equal(undefined);
  });

  it('is taken over from the log, without refused keys', () => {
    const book = bookAfter([]);
    const attempt = (outcome: 'served' | 'failed', failureClass?: FailureClass) =>
      ({ target: 'p/a', outcome, class: failureClass, startedMs: 10, durationMs: 5.25 }) as const;
    book.restore([{ at: NOW, attempts: [attempt('failed', 'auth'), attempt('served')] } as never]);
    expect(book.ofTarget('p/a', LATER)).to.deep.include({ state: 'working', lastSuccessAt: NOW + 15 });
    expect(book.ofTarget('p/a', LATER)).not.to.have.property('lastFailure');
  });
});

describe('The health of a provider', () => {
  const MODEL = { of: 'p/b', class: 'not_found', status: 404 } as const;
  for (const [state, what, events] of [
    ['unknown', 'nothing', []],
    ['working', 'an answer', ['served']],
    ['working', 'an answer and another model that is gone', ['served', MODEL]],
    ['failing', 'a model that is gone', [MODEL]],
    ['failing', 'an answer and a key that is refused for another model', ['served', { of: 'p/b', class: 'auth' }]],
    ['working', 'an answer and a limit of another model', ['served', { of: 'p/b', class: 'rate_limit' }]],
    ['limited', 'limits only', ['rate_limit', { of: 'p/b', class: 'rate_limit' }]],
    ['failing', 'a check that found the key refused', [{ check: 'key refused' }]],
    ['failing', 'an answer and a check that did not reach it', ['served', { check: 'unreachable' }]],
    ['working', 'a check that did not reach it and an answer', [{ check: 'unreachable' }, 'served']],
    ['unknown', 'a check that got the list', [{ check: 'ok' }]],
    ['unknown', 'a refused key and a check that got the list', ['auth', { check: 'ok' }]],
    ['failing', 'a refused key and a public list', ['auth', { check: 'ok', keyUntried: true }]],
    ['failing', 'HTML for an answer and a check that got the list', ['server_error', { check: 'ok' }]],
    [
      'unknown',
      'a server that was down and a check that got the list',
      [{ of: 'p/a', class: 'server_error' }, { check: 'ok' }],
    ],
    ['unknown', 'a check of a provider that is disabled', [{ check: 'disabled' }]],
  ] as readonly (readonly [string, string, readonly Event[]])[]) {
    it(`is ${state} after ${what}`, () => {
      expect(bookAfter(events).ofProvider(['p'], LATER).state).to.equal(state);
    });
  }

  it('tells of all of its models and keys, with the target of the last failure', () => {
    const book = new HealthBook();
    book.configure(
      ['p:one', 'p:two', 'q'].map((provider) => ({ provider, fingerprint: '' })),
      ['p:one/a', 'p:two/a', 'q/a'],
    );
    book.note(recordOf('p:one/a', NOW, 'served'));
    book.note(recordOf('p:two/a', NOW + 1, 'auth', 401));
    book.note(recordOf('q/a', NOW + 2, 'server_error'));
    const both = book.ofProvider(['p:one', 'p:two'], LATER);
    expect(both).to.include({ lastSuccessAt: NOW });
    expect(both.lastFailure).to.include({ target: 'p:two/a', class: 'auth' });
    expect(both.hour).to.include({ served: 1, failed: 1 });
    expect(book.ofProvider(['p:one'], LATER).state).to.equal('working');
    expect(book.ofProvider(['p:two'], LATER).state).to.equal('failing');
  });
});
