import { expect } from 'chai';
import { Learner } from '../../../src/ledger/learning/learner.js';
import type { Reservation } from '../../../src/ledger/ledger.js';
import { MemoryLedger } from '../../../src/ledger/memory/memory-ledger.js';
import { TurningClock } from '../../turning-clock.js';
import { reserveOne, respond } from '../ask-ledger.js';

const NEED = { tokens: 1, inputTokens: 1 };

/** A provider that states nothing but 200 and 429. */
interface Silent {
  readonly name: string;
  readonly limit: number;
  readonly windowMs: number;
  readonly counting: 'fixed' | 'sliding' | 'refilling';
}

/** Returns a function that says whether the provider serves a request at that time. */
const createSilent = ({ limit, windowMs, counting }: Silent): ((now: number) => boolean) => {
  let taken: number[] = [];
  let level = limit;
  let at = 0;
  return (now) => {
    if (counting === 'refilling') {
      level = Math.min(limit, level + ((now - at) * limit) / windowMs);
      at = now;
      if (level < 1) return false;
      level--;
      return true;
    }
    const from = counting === 'fixed' ? now - (now % windowMs) : now - windowMs;
    taken = taken.filter((time) => (counting === 'fixed' ? time >= from : time > from));
    if (taken.length >= limit) return false;
    taken.push(now);
    return true;
  };
};

const PROVIDERS: readonly Silent[] = [
  { name: '30 a minute, fixed', limit: 30, windowMs: 60_000, counting: 'fixed' },
  { name: '30 a minute, sliding', limit: 30, windowMs: 60_000, counting: 'sliding' },
  { name: '30 a minute, refilling', limit: 30, windowMs: 60_000, counting: 'refilling' },
  { name: '5 a minute, fixed', limit: 5, windowMs: 60_000, counting: 'fixed' },
  { name: '5 in ten seconds, sliding', limit: 5, windowMs: 10_000, counting: 'sliding' },
  { name: '100 an hour, sliding', limit: 100, windowMs: 3_600_000, counting: 'sliding' },
];

/** Tries to send `perMinute` requests, evenly, for some minutes. */
const drive = (silent: Silent, perMinute: number, minutes: number) => {
  const clock = new TurningClock();
  const ledger = new MemoryLedger(clock);
  ledger.configure([{ provider: 'p', fingerprint: '' }], [{ target: 'p/m', provider: 'p' }], []);
  const take = createSilent(silent);
  const perWindow: { served: number; refused: number }[] = [];
  const step = 60_000 / perMinute;
  for (let elapsed = 0; elapsed < minutes * 60_000; elapsed += step) {
    const window = Math.floor(elapsed / Math.max(silent.windowMs, 60_000));
    perWindow[window] ??= { served: 0, refused: 0 };
    const counts = perWindow[window] as { served: number; refused: number };
    const answer = reserveOne(ledger, 'p/m', NEED);
    if (answer.granted) {
      const served = take(clock.now());
      respond(ledger, answer, [], served);
      if (served) counts.served++;
      else {
        counts.refused++;
        ledger.coolDown(answer, 'target', { class: 'rate_limit', reason: 'no' });
      }
      answer.settle();
    }
    clock.turn(step);
  }
  return { perWindow, ledger };
};

describe('Learning from refusals without a stated limit', () => {
  for (const silent of PROVIDERS) {
    it(`${silent.name}: once learned, most of the capacity is used with hardly a refusal`, () => {
      const span = Math.max(silent.windowMs, 60_000) / 60_000;
      const offered = Math.ceil((silent.limit * 60_000) / silent.windowMs) * 2;
      const { perWindow } = drive(silent, offered, 20 * span);
      const late = perWindow.slice(2);
      const served = late.reduce((sum, each) => sum + each.served, 0);
      const refused = late.reduce((sum, each) => sum + each.refused, 0);
      const capacity = ((silent.limit * Math.max(silent.windowMs, 60_000)) / silent.windowMs) * late.length;
      expect(served / capacity, 'share of the capacity').to.be.greaterThan(0.8);
      // A failed test now and then is the price of finding out that more is allowed.
      expect(refused, `refused, of ${served} served`).to.be.at.most(Math.max(0.04 * served, 0.5 * late.length));
    });
  }

  it('shows the limit as learned, and forgets it on request', () => {
    const { ledger } = drive(PROVIDERS[1] as Silent, 60, 3);
    expect(ledger.status('p/m').quotas[0]).to.include({ source: 'learned', limit: 30, windowMs: 60_000 });
    ledger.reset('p/m');
    expect(ledger.status('p/m')).to.include({ state: 'available' });
  });

  describe('in detail:', () => {
    const BARE = { expected: false, hintMs: undefined, inFlight: 0, tokens: 1 };

    it('a window is at least as long as the wait that the provider names', () => {
      const learner = new Learner();
      for (let index = 0; index < 20; index++) learner.served(1_000 * index, 1);
      learner.refused(20_000, { ...BARE, hintMs: 35_000 });
      // Room that is missing repeatedly would make a shorter one likely.
      for (const now of [62_000, 63_000, 64_000, 65_000]) learner.refused(now, { ...BARE, hintMs: 3_000 });
      expect(learner.windowMs).to.equal(60_000);
      learner.refused(700_000, { ...BARE, hintMs: 40 * 60_000 });
      expect(learner.windowMs, 'a claim of more than a minute alone').to.be.at.most(3_600_000);
    });

    it('attempts in flight count as admitted before the one that is refused', () => {
      const learner = new Learner();
      for (let index = 0; index < 14; index++) learner.served(1_000 * index, 1);
      learner.refused(14_000, BARE);
      expect(learner.learned).to.deep.equal({ limit: 14, windowMs: 60_000 });
      // Of many at once all but one are served, and the refused one is answered first.
      learner.refused(200_000, { ...BARE, inFlight: 13 });
      expect(learner.learned).to.deep.equal({ limit: 13, windowMs: 60_000 });
    });

    it('a test is sent when a shorter window would be over, not right after a burst', () => {
      const learner = new Learner();
      for (let index = 0; index < 5; index++) learner.served(index, 1);
      // A hint, so that there are no early probes.
      learner.refused(100, { ...BARE, hintMs: 11_000 });
      for (let index = 0; index < 3; index++) learner.served(150_000 + index, 1);
      expect(learner.mayTest(150_100), 'right after a burst').to.equal(false);
      expect(learner.mayTest(160_100), 'ten seconds after it').to.equal(true);
      learner.served(179_000, 1);
      expect(learner.mayTest(179_100), 'not quiet again').to.equal(false);
      expect(learner.mayTest(181_000), 'never quiet, and overdue').to.equal(true);
    });
  });

  describe('a server with a fixed number of slots', () => {
    const SLOTS = 4;

    /** Keeps as many in flight as the ledger allows, up to ten; each takes a second. */
    const drive = (refuses: (inFlight: number) => boolean, seconds: number) => {
      const clock = new TurningClock();
      const ledger = new MemoryLedger(clock);
      ledger.configure([{ provider: 'p', fingerprint: '' }], [{ target: 'p/m', provider: 'p' }], []);
      const counts = { served: 0, refused: 0 };
      for (let second = 0; second < seconds; second++) {
        const held: Reservation[] = [];
        for (let index = 0; index < 10; index++) {
          const answer = reserveOne(ledger, 'p/m', NEED);
          if (!answer.granted) continue;
          if (refuses(held.length)) {
            counts.refused++;
            respond(ledger, answer, [], false);
            ledger.coolDown(answer, 'target', { class: 'overloaded', reason: 'busy' });
            answer.settle();
            continue;
          }
          counts.served++;
          respond(ledger, answer, [], true);
          held.push(answer);
        }
        for (const reservation of held) reservation.settle();
        clock.turn(1_000);
      }
      return { counts, ledger };
    };

    it('is asked for no more, except for a test now and then', () => {
      const { counts, ledger } = drive((inFlight) => inFlight >= SLOTS, 600);
      expect(counts.refused).to.be.at.most(20);
      expect(counts.served).to.be.greaterThan(0.95 * SLOTS * 600);
      expect(ledger.status('p/m').quotas[0]).to.include({ dimension: 'concurrent', source: 'learned', limit: SLOTS });
    });

    it('is not confused with a server that is overloaded for other reasons', () => {
      let calls = 0;
      const { ledger } = drive(() => ++calls % 7 === 0, 300);
      expect(ledger.status('p/m').quotas.map(({ dimension }) => dimension)).to.deep.equal([]);
    });
  });
});
