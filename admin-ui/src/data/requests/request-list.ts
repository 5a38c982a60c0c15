import type { ReactiveControllerHost } from 'lit';
import type { LiveEvent } from '../../../../src/contract/events.js';
import type { RequestPage, RequestRecord } from '../../../../src/contract/requests.js';
import { type ApiError, call } from '../server/client.js';
import { live } from '../server/feed.js';
import { fits, queryOf, type RequestFilter } from './request-filter.js';

/** Requests in one question; the first one is smaller, so that something is there at once. */
const FIRST = 100;
const MORE = 500;
/** New ones that are held back; beyond it they are only counted, and read anew when they are to be shown. */
const MOST_PENDING = 1_000;
/** While nobody looks further down than the top, no more than so many are kept. */
const MOST_FOLLOWED = 5_000;
/** Newest rows among which a new one is looked for, so that none is there twice. */
const LOOKED_AT = 500;

/**
 * The requests that fit a filter, the last one first: older ones are read as they are needed, new ones come by the live
 * feed. It outlives the page, so that who comes back from one request finds the list as it was.
 */
export class RequestList {
  rows: readonly RequestRecord[] = [];
  filter: RequestFilter = {};
  /** New ones do not appear by themselves. */
  paused = false;
  error: ApiError | undefined;
  /** The first page of this filter has come. */
  loaded = false;
  loading = false;
  /** Where the list stood when the page was left, px. */
  scrollTop = 0;
  /** New requests that are not shown yet. */
  waiting = 0;
  #pending: readonly RequestRecord[] = [];
  #next: string | undefined;
  /** The requests that were over since the list was opened, newest first; absent once the answer is there. */
  #sinceOpening: { requests: readonly RequestRecord[] } | undefined;
  #running: AbortController | undefined;
  #host: ReactiveControllerHost | undefined;
  #stop: (() => void) | undefined;

  /** The page that shows it, one at a time: while it is there the list hears of new requests. */
  attach(host: ReactiveControllerHost): void {
    host.addController({
      hostConnected: () => {
        this.#host = host;
        this.#stop ??= live.listen((event) => this.#heard(event));
      },
      hostDisconnected: () => {
        if (this.#host !== host) return;
        this.#stop?.();
        this.#stop = undefined;
        this.#running?.abort();
        this.loading = false;
      },
    });
  }

  /** There are older ones than those in `rows`. */
  get hasMore(): boolean {
    return !this.loaded || this.#next !== undefined;
  }

  /** New ones appear by themselves. */
  get following(): boolean {
    return !this.paused && this.scrollTop === 0;
  }

  /** Starts anew: with another filter, or to show what there is now. What was there stays until the answer comes. */
  async open(filter: RequestFilter = this.filter): Promise<void> {
    if (queryText(filter) !== queryText(this.filter)) this.#forget();
    this.filter = filter;
    // They are in the answer; those that come from now on may not be.
    this.#pending = [];
    const since = { requests: [] };
    this.#sinceOpening = since;
    await this.#read(FIRST, undefined, ({ requests, next }) => {
      const there = keys(requests);
      this.rows = [...since.requests.filter((request) => !there.has(keyOf(request))), ...requests];
      this.#next = next;
      this.loaded = true;
      this.#pending = [];
      this.waiting = 0;
    });
    // A newer call may have taken its place.
    if (this.#sinceOpening === since) this.#sinceOpening = undefined;
  }

  /** Reads older ones, unless that is under way. */
  async more(): Promise<void> {
    if (this.loading || !this.hasMore) return;
    await this.#read(this.loaded ? MORE : FIRST, this.#next, ({ requests, next }) => {
      this.rows = [...this.rows, ...requests];
      this.#next = next;
      this.loaded = true;
    });
  }

  /** Shows what was held back. */
  show(): void {
    const isWhole = this.waiting === this.#pending.length;
    this.scrollTop = 0;
    if (!isWhole) {
      if (this.#sinceOpening === undefined) void this.open();
      return;
    }
    this.rows = [...this.#pending, ...this.rows];
    this.#pending = [];
    this.waiting = 0;
    this.#host?.requestUpdate();
  }

  /** Where the list stands now. Back at its top it follows again. */
  scrolled(top: number): void {
    const before = this.following;
    this.scrollTop = top;
    if (this.following === before) return;
    if (this.following && this.waiting > 0) this.show();
    else this.#host?.requestUpdate();
  }

  pause(paused: boolean): void {
    this.paused = paused;
    if (this.following && this.waiting > 0) this.show();
    this.#host?.requestUpdate();
  }

  /** Asks for those that were over while nobody listened. */
  async catchUp(): Promise<void> {
    if (!this.loaded || this.#sinceOpening !== undefined) return this.open();
    const seen = keys([...this.#pending, ...this.rows]);
    await this.#read(FIRST, undefined, ({ requests }) => {
      const known = requests.findIndex((request) => seen.has(keyOf(request)));
      // The gap is longer than what was asked for: it is read as a whole when it is to be shown.
      if (known === -1 && seen.size > 0) this.#arrived([], requests.length);
      else this.#arrived(known === -1 ? requests : requests.slice(0, known), 0);
    });
  }

  #heard(event: LiveEvent | undefined): void {
    if (event === undefined) return;
    if (event.type === 'status') {
      if (this.loaded) void this.catchUp();
    } else if (event.requests.length > 0) {
      const newest = event.requests.filter((request) => fits(request, this.filter)).reverse();
      if (this.#sinceOpening !== undefined) this.#sinceOpening.requests = [...newest, ...this.#sinceOpening.requests];
      if (this.loaded) this.#arrived(newest, event.missed ?? 0);
    }
  }

  /** `missed`: how many more there were that are not among them. */
  #arrived(requests: readonly RequestRecord[], missed: number): void {
    const seen = keys([...this.#pending, ...this.rows.slice(0, LOOKED_AT)]);
    const fresh = requests.filter((request) => !seen.has(keyOf(request)));
    if (fresh.length === 0 && missed === 0) return;
    this.waiting += fresh.length + missed;
    if (this.#pending.length < MOST_PENDING) this.#pending = [...fresh, ...this.#pending];
    if (this.following && this.rows.length > MOST_FOLLOWED && this.#sinceOpening === undefined) void this.open();
    else if (this.following) this.show();
    this.#host?.requestUpdate();
  }

  async #read(limit: number, cursor: string | undefined, take: (page: RequestPage) => void): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.loading = true;
    this.#host?.requestUpdate();
    try {
      const query = { ...queryOf(this.filter), limit, cursor };
      const page = await call('GET /requests', { query, signal: running.signal });
      if (running.signal.aborted) return;
      this.error = undefined;
      take(page);
    } catch (error) {
      if (running.signal.aborted) return;
      this.error = error as ApiError;
    }
    this.loading = false;
    this.#host?.requestUpdate();
  }

  #forget(): void {
    this.rows = [];
    this.#pending = [];
    this.waiting = 0;
    this.#next = undefined;
    this.loaded = false;
    this.scrollTop = 0;
    this.error = undefined;
  }
}

const keyOf = ({ id, at }: RequestRecord): string => `${at} ${id}`;

const keys = (requests: readonly RequestRecord[]): ReadonlySet<string> => new Set(requests.map(keyOf));

const queryText = (filter: RequestFilter): string => JSON.stringify(queryOf(filter));
