import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Clock } from '../../clock.js';
import type { Outcome } from '../../plugin/door/attempt.js';
import { ChainError } from '../../plugin/door/errors.js';
import { toRequestRecord } from '../../plugin/door/request-record.js';
import { APART_MS, FeedClient } from './feed-client.js';
import { LiveState, MOST_REMEMBERED } from './live-state.js';
import type { Engine } from './status.js';

const MOST_CLIENTS = 100;
/** Requests that one event tells, unless it tells somebody who was away. */
const MOST_TOLD = 50;
/** So long after the last client has left all is kept for its return. */
const KEPT_MS = 60_000;
/** So often a comment keeps proxies from closing a quiet connection. */
const ALIVE_MS = 15_000;
/** setTimeout takes no longer span. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  connection: 'close',
};

/**
 * The live feed: tells its clients what changes, as `LiveEvent`s, by and by. Whoever reads slowly is told less often and
 * then more at once. Costs nothing while nobody listens.
 */
export class Feed {
  readonly #clock: Clock;
  readonly #current: () => Engine;
  /** Ids of another run mean nothing here. */
  readonly #epoch = randomBytes(6).toString('hex');
  readonly #state = new LiveState();
  readonly #clients = new Set<FeedClient>();
  /** When the last client left, on the monotonic clock; absent while there are clients, and when nothing is kept. */
  #leftAt: number | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  /** The timer is set to tell what has changed, and not only what will change by itself. */
  #telling = false;
  #alive: NodeJS.Timeout | undefined;

  constructor(clock: Clock, current: () => Engine) {
    this.#clock = clock;
    this.#current = current;
  }

  /** The ledger says that this scope has changed; `''` stands for all. */
  changed(scope: string): void {
    if (!this.#isHeard()) return;
    this.#state.mark(scope);
    this.#tellSoon();
  }

  /** Somebody begins to wait for capacity, or ceases to. */
  waitingChanged(): void {
    this.#tellSoon();
  }

  requestOver(outcome: Outcome): void {
    if (!this.#isHeard()) return;
    this.#state.requestOver(toRequestRecord(outcome));
    this.#tellSoon();
  }

  /** The configuration as it was last written has so many problems; 0: it is in force. */
  configurationIs(problems: number): void {
    this.#state.configurationIs(problems);
    this.#tellSoon();
  }

  /** Another engine runs now: everybody is told everything. */
  reloaded(): void {
    this.#state.restart();
    this.configurationIs(0);
  }

  /**
   * Answers with the feed, until the client leaves or is dropped.
   * @param lastEventId the id of the last event that it knows, or any other text
   * @throws ChainError `too_many_clients`
   */
  connect(res: ServerResponse, lastEventId: string): void {
    if (this.#clients.size >= MOST_CLIENTS) {
      throw new ChainError('too_many_clients', `${MOST_CLIENTS} clients follow the live feed. That is as many as may.`);
    }
    if (this.#clients.size === 0) this.#begin();
    this.#state.look(this.#current(), this.#clock.now());
    const client = new FeedClient(
      res,
      this.#knownBy(lastEventId),
      () => this.#tellSoon(),
      () => this.#gone(client),
    );
    this.#clients.add(client);
    res.writeHead(200, HEAD);
    client.write('retry: 1000\n\n');
    this.#tell(client, MOST_REMEMBERED);
    // The others have not heard yet of what this look has found.
    this.#tellSoon();
  }

  /** Ends what every client reads. */
  close(): void {
    for (const client of this.#clients) {
      client.end();
      this.#gone(client);
    }
  }

  /** The first client has come. */
  #begin(): void {
    // Too long after the last one has left nothing is kept, and nobody has marked what changed since.
    this.#isHeard();
    this.#state.mark('');
    this.#leftAt = undefined;
    this.#alive = setInterval(() => {
      for (const client of this.#clients) if (client.reads) client.write(': alive\n\n');
    }, ALIVE_MS);
  }

  #gone(client: FeedClient): void {
    this.#clients.delete(client);
    if (this.#clients.size > 0) return;
    this.#leftAt = this.#clock.monotonic();
    clearTimeout(this.#timer);
    clearInterval(this.#alive);
    this.#telling = false;
  }

  /** Is there a client, or may one come back and ask for what it missed? */
  #isHeard(): boolean {
    if (this.#clients.size > 0) return true;
    if (this.#leftAt === undefined) return false;
    if (this.#clock.monotonic() - this.#leftAt < KEPT_MS) return true;
    this.#leftAt = undefined;
    this.#state.restart();
    return false;
  }

  /** -1: nothing that we could go on from. */
  #knownBy(lastEventId: string): number {
    const [epoch, sequence] = lastEventId.split('-');
    const known = /^\d+$/.test(sequence ?? '') ? Number(sequence) : -1;
    return epoch === this.#epoch && known <= this.#state.sequence ? known : -1;
  }

  /** Many changes of 100 ms are one event. */
  #tellSoon(): void {
    if (this.#telling || this.#clients.size === 0) return;
    this.#telling = true;
    this.#arm(this.#toldAt + APART_MS - this.#clock.monotonic());
  }

  /** For what changes by itself. `at` is epoch ms. */
  #wakeAt(at: number): void {
    if (!this.#telling && at !== Number.POSITIVE_INFINITY) this.#arm(Math.max(APART_MS, at - this.#clock.now() + 1));
  }

  #arm(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tellAll(), Math.min(Math.max(0, ms), LONGEST_TIMER_MS));
  }

  #tellAll(): void {
    this.#telling = false;
    this.#toldAt = this.#clock.monotonic();
    const next = this.#state.look(this.#current(), this.#clock.now());
    const messages = new Map<number, string>();
    for (const client of this.#clients) {
      if (client.known === this.#state.sequence || !client.reads) continue;
      if (client.readyAt > this.#toldAt) this.#tellSoon();
      else this.#tell(client, MOST_TOLD, messages);
    }
    this.#wakeAt(next);
  }

  /** `messages`: by what is known. Most clients know the same. */
  #tell(client: FeedClient, mostRequests: number, messages = new Map<number, string>()): void {
    const { known } = client;
    const message = messages.get(known) ?? this.#messageFor(known, mostRequests);
    messages.set(known, message);
    if (message !== '') client.sendEvent(message, this.#state.sequence, this.#clock.monotonic());
  }

  #messageFor(known: number, mostRequests: number): string {
    const event = this.#state.since(known, mostRequests);
    if (event === undefined) return '';
    return `id: ${this.#epoch}-${this.#state.sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
  }
}
