import { MemoryStore } from '../../src/ledger/shared/memory-store.js';
import { MemoryUnits } from '../../src/ledger/shared/memory-units.js';
import type { UnitStore } from '../../src/plugin/door/unit-store.js';
import type { Run } from './simulation.js';

/** A round trip to a store in the same network, in ms. */
const ROUND_TRIP_MS = 1;

/** Returns how a workload runs on several processes that count together. */
export const together = (replicas: number): Run => {
  const units = new MemoryUnits(() => Date.now());
  return { replicas, connect: () => distant(new MemoryStore(units, 'store')) };
};

/** The store, as a process sees it over a network. A process that dies leaves its leases behind. */
const distant = (store: MemoryStore): UnitStore & { readonly die: () => void } => {
  let dead = false;
  const later = async <T>(answer: () => Promise<T>): Promise<T> => {
    await new Promise((resolve) => setTimeout(resolve, ROUND_TRIP_MS / 2));
    const result = await answer();
    await new Promise((resolve) => setTimeout(resolve, ROUND_TRIP_MS / 2));
    return result;
  };
  const send = (action: () => void): void => void setTimeout(() => dead || action(), ROUND_TRIP_MS / 2);
  return {
    name: store.name,
    connected: true,
    get replicas() {
      return store.replicas;
    },
    hold: (requests, leaseMs) => later(() => store.hold(requests, leaseMs)),
    report: (lease, report) => send(() => store.report(lease, report)),
    end: (lease, charges) => send(() => store.end(lease, charges)),
    share: (knowledge) => send(() => store.share(knowledge)),
    endCooldown: (scope, lease) => send(() => store.endCooldown(scope, lease)),
    reset: (scope) => send(() => store.reset(scope)),
    counts: (scopes) => later(() => store.counts(scopes)),
    known: (scopes) => later(() => store.known(scopes)),
    onEvent: (listener) => store.onEvent(listener),
    die: () => {
      dead = true;
      store.close();
    },
  };
};
