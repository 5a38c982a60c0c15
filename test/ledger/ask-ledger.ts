import type { Signal } from '../../src/contract/quota.js';
import type { Need, Refusal, Reservation, ReserveOptions, ReserveResult } from '../../src/ledger/ledger.js';
import type { MemoryLedger } from '../../src/ledger/memory/memory-ledger.js';

/** Reserves at one target. Returns the reservation, or why there is none. */
export const reserveOne = (
  ledger: Pick<MemoryLedger, 'reserve'>,
  target: string,
  need: Need,
  options?: ReserveOptions,
): Reservation | Refusal => {
  const { reservation, refusals }: ReserveResult = ledger.reserve([{ target, need }], options);
  return reservation ?? (refusals[0] as Refusal);
};

/** Returns why a target would be refused now; `undefined` when it has room. Holds nothing. */
export const refusalOf = (ledger: Pick<MemoryLedger, 'preview'>, target: string, need: Need): Refusal | undefined =>
  ledger.preview([{ target, need }]).refusals[0];

/** The provider answers an attempt: what it says about its limits, and whether it serves the request. */
export const respond = (
  ledger: Pick<MemoryLedger, 'observe' | 'served' | 'refused'>,
  reservation: Reservation,
  signals: readonly Signal[],
  served: boolean,
): void => {
  ledger.observe(reservation, signals, served);
  if (served) ledger.served(reservation);
  else ledger.refused(reservation);
};
