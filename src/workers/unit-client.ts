import type {
  AttemptReport,
  Charge,
  HoldAnswer,
  HoldRequest,
  Lease,
  ScopeKnowledge,
  UnitCount,
  UnitStore,
  UnitStoreEvent,
} from '../plugin/door/unit-store.js';
import type { Channel, FromPrimary, FromWorker, UnitMethod } from './messages.js';

/** The primary process does little else, so an answer takes less than a millisecond, or much longer on a machine that is busy. */
const DEADLINE_MS = 1_000;

interface Call {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** The unit store of the primary process, as a worker sees it. */
export class UnitClient implements UnitStore {
  readonly name = 'the primary process';
  readonly connected = true;
  readonly #channel: Channel<FromWorker, FromPrimary>;
  readonly #calls = new Map<number, Call>();
  readonly #listeners = new Set<(event: UnitStoreEvent) => void>();
  #replicas = 1;
  #ids = 0;

  constructor(channel: Channel<FromWorker, FromPrimary>) {
    this.#channel = channel;
    channel.onMessage((message) => {
      if (message.kind === 'counted') this.#answered(message);
      else if (message.kind === 'replicas') this.#replicas = message.number;
      else if (message.kind === 'unit-event')
        for (const listener of this.#listeners) listener(message.event as UnitStoreEvent);
    });
  }

  get replicas(): number {
    return this.#replicas;
  }

  hold(requests: readonly HoldRequest[], leaseMs: number): Promise<HoldAnswer> {
    return this.#ask('hold', [requests, leaseMs]) as Promise<HoldAnswer>;
  }

  report(lease: Lease, report: AttemptReport): void {
    this.#send('report', [lease, report]);
  }

  end(lease: Lease, charges: readonly Charge[]): void {
    this.#send('end', [lease, charges]);
  }

  share(knowledge: ScopeKnowledge): void {
    this.#send('share', [knowledge]);
  }

  endCooldown(scope: string, lease: Lease): void {
    this.#send('endCooldown', [scope, lease]);
  }

  reset(scope: string): void {
    this.#send('reset', [scope]);
  }

  counts(scopes: readonly string[]): Promise<readonly UnitCount[]> {
    return this.#ask('counts', [scopes]) as Promise<readonly UnitCount[]>;
  }

  known(scopes: readonly string[]): Promise<readonly ScopeKnowledge[]> {
    return this.#ask('known', [scopes]) as Promise<readonly ScopeKnowledge[]>;
  }

  onEvent(listener: (event: UnitStoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #send(method: UnitMethod, args: readonly unknown[]): number {
    const id = ++this.#ids;
    this.#channel.send({ kind: 'units', id, method, args });
    return id;
  }

  #ask(method: UnitMethod, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = this.#send(method, args);
      const timer = setTimeout(() => {
        this.#calls.delete(id);
        reject(new Error('the primary process did not answer in time'));
      }, DEADLINE_MS);
      this.#calls.set(id, { resolve, reject, timer });
    });
  }

  #answered({ id, value, error }: { readonly id: number; readonly value?: unknown; readonly error?: string }): void {
    const call = this.#calls.get(id);
    if (call === undefined) {
      // The answer came too late: nothing uses what it holds.
      const lease = (value as Partial<HoldAnswer> | undefined)?.lease;
      if (lease !== undefined) this.end(lease, []);
      return;
    }
    this.#calls.delete(id);
    clearTimeout(call.timer);
    if (error === undefined) call.resolve(value);
    else call.reject(new Error(error));
  }
}
