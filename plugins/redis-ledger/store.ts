import { randomBytes } from 'node:crypto';
import type {
  AttemptReport,
  Charge,
  HoldAnswer,
  HoldRequest,
  Lease,
  PluginApi,
  ScopeKnowledge,
  UnitCount,
  UnitStore,
  UnitStoreEvent,
} from '429chain/plugin';
import type { Clients } from './client.js';
import { Connection } from './connection.js';
import type { Library } from './library.js';
import { Outbox } from './outbox.js';
import { countsIn, eventsIn, holdIn, knowledgeText, knownIn, reportText, requestText, toldText } from './wire.js';

/** How a store is made. */
export interface StoreSettings {
  readonly name: string;
  readonly prefix: string;
  readonly timeoutMs: number;
  readonly log: PluginApi['log'];
  /** Between two signs of life. Default: a second. */
  readonly beatMs?: number;
  /** Which no log line may have. */
  readonly secrets?: readonly string[];
}

/** So many calls, one after the other, without an answer in time, and Redis counts as away. */
const MOST_LATE = 3;
/** Errors of the server and not of one call: `LOADING …`, `READONLY …`, `OOM …`, `NOPERM …`. */
const OF_THE_SERVER = /^(?!ERR\b|WRONGTYPE\b)[A-Z]{3,} /;
/** Errors of ioredis: the call did not reach the server, or its answer did not reach us. */
const OF_THE_CONNECTION =
  /Stream isn't writeable|Connection is closed|max retries|aborted|Cluster isn't ready|slots cache/i;

/** Counts units in Redis. */
export class RedisStore implements UnitStore {
  readonly name: string;
  /** In the names of leases, and among the replicas. */
  readonly #process = randomBytes(8).toString('hex');
  readonly #settings: StoreSettings;
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #listeners = new Set<(event: UnitStoreEvent) => void>();
  readonly #beats: NodeJS.Timeout;
  #connected = false;
  #replicas = 1;
  #leases = 0;
  #late = 0;
  /** When the last of them was given up. */
  #lateAt = 0;
  #beating = false;
  #isClosed = false;
  /** The error of a single call that was logged last. */
  #fault: string | undefined;
  /** Why Redis is away, as it was logged. */
  #reason: string | undefined;
  /** Those who wait for the first connection. */
  readonly #waiting = new Set<() => void>();

  constructor(clients: Clients, library: Library, settings: StoreSettings) {
    this.name = settings.name;
    this.#settings = settings;
    this.#connection = new Connection(clients, library, settings.prefix, {
      ready: () => this.#beat(),
      lost: (reason) => this.#lose(reason),
      message: (text) => {
        for (const event of eventsIn(text, this.#process)) this.#emit(event);
      },
    });
    this.#outbox = new Outbox((name, args) => this.#call(name, args), isTemporary);
    this.#beats = setInterval(() => this.#beat(), settings.beatMs ?? 1_000).unref();
  }

  get connected(): boolean {
    return this.#connected;
  }

  get replicas(): number {
    return this.#replicas;
  }

  /** Waits for the connection, at most so long. */
  async ready(ms: number): Promise<void> {
    if (this.#connected) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#waiting.add(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  async hold(requests: readonly HoldRequest[], leaseMs: number): Promise<HoldAnswer> {
    const id = `${this.#process}-${++this.#leases}`;
    this.#mustBeConnected();
    const answer = this.#call('hold', [id, `${leaseMs}`, ...requests.map(requestText)]);
    try {
      return holdIn(await this.#inTime(answer), id);
    } catch (error) {
      // It may have arrived, or arrive later: no units may hang.
      this.#finish(id, []);
      answer.then(
        () => this.#finish(id, []),
        () => {},
      );
      throw error;
    }
  }

  report(lease: Lease, report: AttemptReport): void {
    this.#outbox.add('report', [lease.id, reportText(report, false)]);
  }

  end(lease: Lease, charges: readonly Charge[]): void {
    this.#finish(lease.id, charges);
  }

  share(knowledge: ScopeKnowledge): void {
    this.#outbox.add('share', [this.#process, knowledgeText(knowledge)]);
  }

  endCooldown(scope: string, { sequence }: Lease): void {
    this.#outbox.add('recover', [this.#process, scope, `${sequence}`]);
  }

  reset(scope: string): void {
    this.#outbox.add('recover', [this.#process, scope]);
  }

  async counts(scopes: readonly string[]): Promise<readonly UnitCount[]> {
    return countsIn(await this.#ask('counts', scopes));
  }

  async known(scopes: readonly string[]): Promise<readonly ScopeKnowledge[]> {
    return knownIn(await this.#ask('known', scopes));
  }

  tell(topic: string, value: unknown): void {
    if (this.#connected) this.#connection.publish(toldText(this.#process, topic, value));
  }

  onEvent(listener: (event: UnitStoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends what waits, and leaves. Leases that are open end by themselves. */
  async close(): Promise<void> {
    clearInterval(this.#beats);
    this.#isClosed = true;
    if (this.#connected) await this.#inTime(this.#connection.call('beat', [this.#process, 'leave'])).catch(() => {});
    this.#connected = false;
    await this.#connection.close();
  }

  #finish(id: string, charges: readonly Charge[]): void {
    this.#outbox.add('report', [id, reportText({ charges, statements: [] }, true)]);
  }

  #mustBeConnected(): void {
    if (!this.#connected) throw new Error(`${this.name} is not connected.`);
  }

  #call(name: string, args: readonly string[]): Promise<unknown> {
    return this.#connection.call(name, args).catch(this.#failed);
  }

  async #ask(name: string, args: readonly string[]): Promise<unknown> {
    this.#mustBeConnected();
    return this.#inTime(this.#call(name, args));
  }

  #inTime<T>(answer: Promise<T>): Promise<T> {
    const { timeoutMs } = this.#settings;
    const sentAt = performance.now();
    return new Promise((resolve, reject) => {
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        this.#isLate(sentAt);
        reject(new Error(`${this.name} did not answer within ${timeoutMs} ms.`));
      }, timeoutMs);
      answer.then(
        (value) => {
          clearTimeout(timer);
          if (!isLate) this.#late = 0;
          resolve(value);
        },
        (error: Error) => {
          clearTimeout(timer);
          reject(error);
        },
      );
    });
  }

  /** Calls that were under way at once count as one: a pause of either process delays all of them. */
  #isLate(sentAt: number): void {
    if (sentAt < this.#lateAt) return;
    this.#lateAt = performance.now();
    if (++this.#late < MOST_LATE) return;
    this.#lose(`no answer within ${this.#settings.timeoutMs} ms, ${MOST_LATE} times in a row`);
  }

  readonly #failed = (error: Error): never => {
    if (OF_THE_SERVER.test(error.message)) this.#lose(error.message);
    else if (!isTemporary(error) && error.message !== this.#fault) {
      this.#fault = error.message;
      this.#settings.log.warn(`A call to ${this.name} failed: ${this.#masked(error.message)}.`);
    }
    throw error;
  };

  /** A sign of life. While Redis is away, it finds out whether it is back. */
  async #beat(): Promise<void> {
    if (this.#isClosed) return;
    if (this.#beating) {
      if (this.#connected) this.#isLate(performance.now());
      return;
    }
    this.#beating = true;
    const sentAt = performance.now();
    const answer = this.#connection.call('beat', [this.#process]);
    this.#connection.ping();
    if (this.#connected) this.#inTime(answer).catch(() => {});
    try {
      this.#replicas = Math.max(1, Number(await answer));
      this.#beating = false;
      if (performance.now() - sentAt <= this.#settings.timeoutMs) this.#find();
      // It was away and is back, or is slow: the next answer shows which.
      else if (!this.#connected) setImmediate(() => this.#beat());
    } catch (error) {
      this.#beating = false;
      const { message } = error as Error;
      // A connection that is not there says itself why.
      if (!OF_THE_CONNECTION.test(message)) this.#lose(message);
    }
  }

  #find(): void {
    if (this.#connected || this.#isClosed) return;
    this.#connected = true;
    this.#late = 0;
    if (this.#reason !== undefined) this.#settings.log.debug(`${this.name} can be used again.`);
    this.#reason = undefined;
    this.#outbox.open();
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
    this.#emit({ type: 'connection', connected: true });
  }

  #lose(reason: string): void {
    if (this.#isClosed) return;
    const wasConnected = this.#connected;
    this.#connected = false;
    this.#outbox.close();
    // The first reason is the cause; later ones follow from it.
    if (this.#reason === undefined || wasConnected) {
      this.#reason = this.#masked(reason);
      this.#settings.log.warn(`${this.name} cannot be used: ${this.#reason}.`);
    }
    if (wasConnected) this.#emit({ type: 'connection', connected: false });
  }

  #masked(text: string): string {
    let masked = text.replace(/\.$/, '');
    for (const secret of this.#settings.secrets ?? []) if (secret.length > 3) masked = masked.replaceAll(secret, '***');
    return masked;
  }

  #emit(event: UnitStoreEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

const isTemporary = ({ message }: Error): boolean => OF_THE_SERVER.test(message) || OF_THE_CONNECTION.test(message);
