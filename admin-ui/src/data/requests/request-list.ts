import type { ReactiveControllerHost } from 'lit';
import type { LiveEvent } from '../../../../src/contract/events.js';
import type { RequestPage, RequestRecord } from '../../../../src/contract/requests.js';
import { type ApiError, call } from '../server/client.js';
import { live } from '../server/feed.js';
import { fits, queryOf, type RequestFilter, searchOf } from './request-filter.js';

/** Requests per page. The first page is smaller, so that it appears quickly. */
const FIRST = 100;
const MORE = 500;
/** Most new requests that are held back. Further ones are only counted, and loaded when they are to be shown. */
const MOST_PENDING = 1_000;
/** Most rows that are kept while the list is scrolled to its top. */
const MOST_FOLLOWED = 5_000;
/** After this time, a period that ends now is read again. */
const OUTDATED_MS = 3_600_000;
/** The number of newest rows that are searched for duplicates of new requests. */
const LOOKED_AT = 500;

/**
 * The requests that match a filter, newest first. Older ones are loaded when needed, new ones arrive by the live feed.
 * The list outlives the page, so that it is unchanged when the user comes back from one request.
 */
export class RequestList {
  rows: readonly RequestRecord[] = [];
  filter: RequestFilter = {};
  /** New requests do not appear by themselves. */
  paused = false;
  error: ApiError | undefined;
  /** The first page of this filter has arrived. */
  loaded = false;
  loading = false;
  /** The scroll position when the page was left, px. */
  scrollTop = 0;
  /** New requests that are not shown yet. */
  waiting = 0;
  /** Requests older than all of these were deleted. */
  deleted = false;
  /** The row that was last focused or opened. */
  active: RequestRecord | undefined;
  #pending: readonly RequestRecord[] = [];
  #next: string | undefined;
  /** When the list was opened, epoch ms: all of its pages are of the same period. */
  #openedAt = Date.now();
  /** Requests that ended since `open` was called, newest first; absent when no `open` is pending. */
  #sinceOpening: { requests: readonly RequestRecord[] } | undefined;
  #running: AbortController | undefined;
  #host: ReactiveControllerHost | undefined;
  #stop: (() => void) | undefined;

  /** Attaches the page that shows the list. The list follows new requests while a page is attached. */
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

  /** There are older requests than those in `rows`. */
  get hasMore(): boolean {
    return !this.loaded || this.#next !== undefined;
  }

  /** New requests appear by themselves. */
  get following(): boolean {
    return !this.paused && this.scrollTop === 0;
  }

  /** Loads the list again, with another filter or to update it. With the same filter, the rows stay until the response. */
  async open(filter: RequestFilter = this.filter): Promise<void> {
    if (searchOf(filter) !== searchOf(this.filter)) this.#forget();
    this.#openedAt = Date.now();
    this.filter = filter;
    // The response includes these, but perhaps not those that end from now on.
    this.#pending = [];
    const since = { requests: [] };
    this.#sinceOpening = since;
    await this.#read(FIRST, undefined, ({ requests, next, deleted = false }) => {
      const there = keys(requests);
      this.rows = [...since.requests.filter((request) => !there.has(keyOf(request))), ...requests];
      this.#next = next;
      this.deleted = deleted;
      this.loaded = true;
      this.#pending = [];
      this.waiting = 0;
    });
    // A newer call may have replaced it.
    if (this.#sinceOpening === since) this.#sinceOpening = undefined;
  }

  /** Loads older requests, unless a load is pending. */
  async more(): Promise<void> {
    if (this.loading || !this.hasMore) return;
    await this.#read(this.loaded ? MORE : FIRST, this.#next, ({ requests, next, deleted = false }) => {
      this.rows = [...this.rows, ...requests];
      this.#next = next;
      this.deleted = deleted;
      this.loaded = true;
    });
  }

  /** Shows the requests that were held back. */
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

  /** Call it with the scroll position. At its top, the list follows new requests again. */
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

  /** Loads the requests that ended while the list was not attached or not connected. */
  async catchUp(): Promise<void> {
    const isOutdated = this.filter.range !== undefined && Date.now() - this.#openedAt > OUTDATED_MS;
    if (!this.loaded || this.#sinceOpening !== undefined || isOutdated) return this.open();
    const seen = keys([...this.#pending, ...this.rows]);
    await this.#read(FIRST, undefined, ({ requests }) => {
      const known = requests.findIndex((request) => seen.has(keyOf(request)));
      // The gap is longer than this page: the list is loaded again when it is to be shown.
      if (known === -1 && seen.size > 0) this.#arrived([], requests.length);
      else this.#arrived(known === -1 ? requests : requests.slice(0, known), 0);
    });
  }

  #heard(event: LiveEvent | undefined): void {
    if (event === undefined) return;
    if (event.type === 'status') {
      if (this.loaded) void this.catchUp();
    } else if (event.requests.length > 0) {
      const newest = event.requests.filter((request) => fits(request, this.filter, this.#openedAt)).reverse();
      if (this.#sinceOpening !== undefined) this.#sinceOpening.requests = [...newest, ...this.#sinceOpening.requests];
      if (this.loaded) this.#arrived(newest, event.missed ?? 0);
    }
  }

  /** `missed`: the number of further new requests that are not in `requests`. */
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
      const query = { ...queryOf(this.filter, this.#openedAt), limit, cursor };
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
    this.active = undefined;
    this.error = undefined;
  }
}

const keyOf = ({ id, at }: RequestRecord): string => `${at} ${id}`;

const keys = (requests: readonly RequestRecord[]): ReadonlySet<string> => new Set(requests.map(keyOf));
