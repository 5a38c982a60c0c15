import type { MemoryStore } from '../ledger/shared/memory-store.js';
import type { Charge, HoldAnswer, HoldRequest, Lease } from '../plugin/door/unit-store.js';
import type { Channel, FromPrimary, FromWorker, UnitMethod } from './messages.js';

/** What a lease holds that is used up if the worker dies. */
interface HeldLease {
  readonly lease: Lease;
  readonly charges: readonly Charge[];
}

/** Room is reported together after this time. */
const ROOM_MS = 10;

/** The methods with a result. The others return nothing. */
const ANSWERED: ReadonlySet<UnitMethod> = new Set(['hold', 'counts', 'known']);

/**
 * Lets a worker use a unit store in the primary process. A worker that ends loses its leases at once: their slots are free, and
 * what they held of other limits counts as used, since the provider may have counted it.
 */
export class UnitsOfWorker {
  readonly #store: MemoryStore;
  readonly #channel: Channel<FromPrimary, FromWorker>;
  readonly #leases = new Map<string, HeldLease>();
  readonly #withRoom = new Set<string>();
  #isOver = false;

  constructor(store: MemoryStore, channel: Channel<FromPrimary, FromWorker>) {
    this.#store = store;
    this.#channel = channel;
    channel.onMessage((message) => {
      if (message.kind === 'units') this.#call(message.id, message.method, message.args);
    });
    store.onEvent((event) => {
      if (event.type === 'room') this.#roomSoon(event.scope);
      else channel.send({ kind: 'unit-event', event });
    });
  }

  /** The worker has ended. */
  end(): void {
    this.#isOver = true;
    for (const { lease, charges } of this.#leases.values()) this.#store.end(lease, charges);
    this.#leases.clear();
    this.#store.close();
  }

  /** Under load, the same scopes have room again and again. */
  #roomSoon(scope: string): void {
    if (this.#withRoom.size === 0) setTimeout(() => this.#tellRoom(), ROOM_MS).unref();
    this.#withRoom.add(scope);
  }

  #tellRoom(): void {
    for (const scope of this.#withRoom) this.#channel.send({ kind: 'unit-event', event: { type: 'room', scope } });
    this.#withRoom.clear();
  }

  #call(id: number, method: UnitMethod, args: readonly unknown[]): void {
    const call = this.#store[method] as (...args: readonly unknown[]) => unknown;
    const result = call.apply(this.#store, args as unknown[]);
    if (method === 'end') this.#leases.delete((args[0] as Lease).id);
    if (!ANSWERED.has(method)) return;
    (result as Promise<unknown>).then(
      (value) => {
        if (method === 'hold') this.#note(args[0] as readonly HoldRequest[], value as HoldAnswer);
        this.#channel.send({ kind: 'counted', id, value });
      },
      (error: Error) => this.#channel.send({ kind: 'counted', id, error: error.message }),
    );
  }

  #note(requests: readonly HoldRequest[], { lease, refusals }: HoldAnswer): void {
    if (lease === undefined) return;
    const charges = chargesOf(requests[refusals.length]);
    if (this.#isOver) this.#store.end(lease, charges);
    else this.#leases.set(lease.id, { lease, charges });
  }
}

const chargesOf = (request: HoldRequest | undefined): Charge[] =>
  (request?.scopes ?? []).flatMap(({ scope, demands }) =>
    demands.flatMap(({ quota, units, window }) => (window.kind === 'slots' ? [] : [{ scope, quota, used: units }])),
  );
