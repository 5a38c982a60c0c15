import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Clock } from '../../clock.js';
import type { RequestRecord } from '../../contract/requests.js';
import type { Outcome } from '../../plugin/door/attempt.js';
import { ChainError } from '../../plugin/door/errors.js';
import { toRequestRecord } from '../../plugin/door/request-record.js';
import { APART_MS, FeedClient } from './feed-client.js';
import { LiveState, MOST_REMEMBERED } from './live-state.js';
import type { Engine } from './status.js';

const MOST_CLIENTS = 100;
/** Most requests in one event, except for a client that reconnects. */
const MOST_REQUESTS = 50;
/** How long changes are kept for the last client to reconnect. */
const KEPT_MS = 60_000;
/** How often a comment is sent, so that proxies do not close a quiet connection. */
const ALIVE_MS = 15_000;
/** The longest delay of setTimeout. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  connection: 'close',
};

/**
 * The live feed: sends changes to its clients as `LiveEvent`s. A slow reader gets fewer and larger events. Without
 * clients, it does no work.
 */
export class Feed {
  readonly #clock: Clock;
  readonly #current: () => Engine;
  /** Distinguishes the event ids of this process from those of an earlier one. */
  readonly #epoch = randomBytes(6).toString('hex');
  readonly #state = new LiveState();
  readonly #clients = new Set<FeedClient>();
  /** When the last client left, on the monotonic clock. Undefined while there are clients, and while nothing is kept. */
  #leftAt: number | undefined;
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  /** The timer is set for a change that has happened, not only for one that is due by itself. */
  #sendDue = false;
  #alive: NodeJS.Timeout | undefined;
  #unfollowed: NodeJS.Timeout | undefined;
  #onFollowed: ((isFollowed: boolean) => void) | undefined;

  constructor(clock: Clock, current: () => Engine) {
    this.#clock = clock;
    this.#current = current;
  }

  /** Call it when a scope of the ledger changes; `''` stands for all. */
  changed(scope: string): void {
    if (!this.#keepsChanges()) return;
    this.#state.mark(scope);
    this.#sendSoon();
  }

  /** Call it when a request starts or stops waiting for capacity. */
  waitingChanged(): void {
    this.#sendSoon();
  }

  requestOver(outcome: Outcome): void {
    if (this.#keepsChanges()) this.recordOver(toRequestRecord(outcome));
  }

  /** The same for a request of another worker. */
  recordOver(record: RequestRecord): void {
    if (!this.#keepsChanges()) return;
    this.#state.requestOver(record);
    this.#sendSoon();
  }

  /** Calls `listener` when the first client comes, and when changes are no longer kept after the last one left. */
  onFollowed(listener: (isFollowed: boolean) => void): void {
    this.#onFollowed = listener;
  }

  /** Call it with the number of problems in the configuration as last written; 0 if it is in force. */
  configurationIs(problems: number): void {
    this.#state.configurationIs(problems);
    this.#sendSoon();
  }

  /** Call it after a reload: every client gets the whole status. */
  reloaded(): void {
    this.#state.restart();
    this.configurationIs(0);
  }

  /**
   * Answers with the feed until the client leaves or is disconnected.
   * @param lastEventId the id of the last event that the client got; any other text for none
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
      () => this.#sendSoon(),
      () => this.#gone(client),
    );
    this.#clients.add(client);
    res.writeHead(200, HEAD);
    client.write('retry: 1000\n\n');
    this.#send(client, MOST_REMEMBERED);
    // The other clients have not got the changes that this look found.
    this.#sendSoon();
  }

  /** Ends the response of every client. */
  close(): void {
    for (const client of this.#clients) {
      client.end();
      this.#gone(client);
    }
  }

  /** Starts for the first client. */
  #begin(): void {
    // Nothing is kept any more, and changes since then were not recorded.
    this.#keepsChanges();
    this.#state.mark('');
    this.#leftAt = undefined;
    clearTimeout(this.#unfollowed);
    this.#onFollowed?.(true);
    this.#alive = setInterval(() => {
      for (const client of this.#clients) if (client.reads) client.write(': alive\n\n');
    }, ALIVE_MS);
  }

  #gone(client: FeedClient): void {
    this.#clients.delete(client);
    if (this.#clients.size > 0) return;
    this.#leftAt = this.#clock.monotonic();
    if (this.#onFollowed !== undefined) this.#unfollowed = setTimeout(this.#onFollowed, KEPT_MS, false).unref();
    clearTimeout(this.#timer);
    clearInterval(this.#alive);
    this.#sendDue = false;
  }

  /** There is a client, or one may reconnect and ask for what it missed. */
  #keepsChanges(): boolean {
    if (this.#clients.size > 0) return true;
    if (this.#leftAt === undefined) return false;
    if (this.#clock.monotonic() - this.#leftAt < KEPT_MS) return true;
    this.#leftAt = undefined;
    this.#state.restart();
    return false;
  }

  /** The sequence of an event id; -1 if it is not one of this process. */
  #knownBy(lastEventId: string): number {
    const [epoch, sequence] = lastEventId.split('-');
    const known = /^\d+$/.test(sequence ?? '') ? Number(sequence) : -1;
    return epoch === this.#epoch && known <= this.#state.sequence ? known : -1;
  }

  /** Combines the changes of 100 ms into one event. */
  #sendSoon(): void {
    if (this.#sendDue || this.#clients.size === 0) return;
    this.#sendDue = true;
    this.#arm(this.#sentAt + APART_MS - this.#clock.monotonic());
  }

  /** Looks again at `at`, epoch ms, for changes that happen by themselves. */
  #wakeAt(at: number): void {
    if (!this.#sendDue && at !== Number.POSITIVE_INFINITY) this.#arm(Math.max(APART_MS, at - this.#clock.now() + 1));
  }

  #arm(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#sendAll(), Math.min(Math.max(0, ms), LONGEST_TIMER_MS));
  }

  #sendAll(): void {
    this.#sendDue = false;
    this.#sentAt = this.#clock.monotonic();
    const next = this.#state.look(this.#current(), this.#clock.now());
    const messages = new Map<number, string>();
    for (const client of this.#clients) {
      if (client.known === this.#state.sequence || !client.reads) continue;
      if (client.readyAt > this.#sentAt) this.#sendSoon();
      else this.#send(client, MOST_REQUESTS, messages);
    }
    this.#wakeAt(next);
  }

  /** `messages` caches messages by known sequence: most clients know the same. */
  #send(client: FeedClient, mostRequests: number, messages = new Map<number, string>()): void {
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
