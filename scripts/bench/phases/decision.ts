import { systemClock } from '../../../src/clock.js';
import { MemoryLedger } from '../../../src/ledger/memory/memory-ledger.js';
import { reserveOne, respond } from '../../../test/ledger/ask-ledger.js';
import { median } from '../measure/numbers.js';
import { roundsOf } from '../measure/round.js';
import type { Phase } from './phase.js';

const TARGETS = 100;
const WALKS = 2_000;
const FEW_WALKS = 20;
const TIMES = 31;
const NEED = { tokens: 500, inputTokens: 300 };

/** A ledger of 100 targets, of which all but the last have used up their day. */
const usedUp = (): { readonly ledger: MemoryLedger; readonly names: readonly string[] } => {
  const ledger = new MemoryLedger(systemClock);
  const targets = Array.from({ length: TARGETS }, (_, index) => ({ target: `p${index}/m`, provider: `p${index}` }));
  ledger.configure(
    targets.map(({ provider }) => ({ provider, fingerprint: '' })),
    targets,
    targets.map(({ target }, index) => ({
      scope: target,
      limits: [
        { requests: index === TARGETS - 1 ? 1_000_000 : 1, per: '1d' },
        { tokens: 9_000_000, per: '1m' },
      ],
      source: 'manual',
    })),
  );
  const names = targets.map(({ target }) => target);
  for (const name of names.slice(0, -1)) {
    const reservation = reserveOne(ledger, name, NEED);
    if (!reservation.granted) throw new Error('Expected the reservation to be granted.');
    respond(ledger, reservation, [], true);
    reservation.settle();
  }
  return { ledger, names };
};

/** The decision of the ledger alone: a walk down a chain of 100 targets, of which 99 refuse. */
export const decision: Phase = {
  name: 'decision',
  needsProc: false,
  run: () =>
    roundsOf(1, async () => {
      const { ledger, names } = usedUp();
      const walk = (): void => {
        for (const name of names) {
          const answer = reserveOne(ledger, name, NEED);
          if (answer.granted) answer.release();
        }
      };
      const walks = (count: number): void => {
        for (let index = 0; index < count; index++) walk();
      };
      walks(WALKS);
      const before = process.cpuUsage();
      walks(WALKS);
      const { user, system } = process.cpuUsage(before);
      const us = (user + system) / WALKS;
      // Few walks at a time, so that most of the times no garbage is collected in between.
      const bytes = Array.from({ length: TIMES }, () => {
        const heap = process.memoryUsage().heapUsed;
        walks(FEW_WALKS);
        return (process.memoryUsage().heapUsed - heap) / FEW_WALKS;
      });
      return { '429chain': { us, bytes: median(bytes) } };
    }),
};
