import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { TargetView } from '../../../../src/contract/admin-api.js';
import type { ChangesEvent, LiveEvent, StatusEvent } from '../../../../src/contract/events.js';
import type { RequestRecord } from '../../../../src/contract/requests.js';
import { currentSession } from './session.js';

const URL_OF_EVENTS = '/admin/api/events';
/** A browser does not reconnect by itself if the response was not a stream. */
const AGAIN_MS = 2_000;
/** Most requests that are kept. */
const MOST_RECENT = 200;

type Connection = 'connecting' | 'live' | 'lost';

type Listener = (event: LiveEvent | undefined) => void;

/**
 * The live state of the proxy: one stream for all pages. Hidden tabs have none: a browser opens six connections to an
 * address, and a seventh tab would wait forever.
 */
class Live {
  connection: Connection = 'connecting';
  status: Pick<StatusEvent, 'targets' | 'waiting' | 'configuration'> | undefined;
  /** Requests that ended since the page was opened, newest first. */
  recent: readonly RequestRecord[] = [];
  #source: EventSource | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<Listener>();

  start(): void {
    document.addEventListener('visibilitychange', this.#onVisibility);
    this.#open();
  }

  stop(): void {
    document.removeEventListener('visibilitychange', this.#onVisibility);
    this.#close();
    this.status = undefined;
    this.recent = [];
    this.connection = 'connecting';
  }

  #open(): void {
    if (this.#source !== undefined || document.hidden) return;
    const source = new EventSource(URL_OF_EVENTS);
    this.#source = source;
    source.onopen = () => this.#connected('live');
    source.onerror = () => {
      this.#connected('lost');
      if (source.readyState !== EventSource.CLOSED) return;
      // EventSource does not report the status. Asking for the session finds out whether it has ended.
      void currentSession().catch(() => {});
      this.#source = undefined;
      this.#again = setTimeout(() => this.#open(), AGAIN_MS);
    };
    for (const type of ['status', 'changes']) source.addEventListener(type, ({ data }) => this.#take(JSON.parse(data)));
  }

  /** Calls `listener` with each event, and with `undefined` when the connection changes. @returns a function that stops it */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #close(): void {
    clearTimeout(this.#again);
    this.#source?.close();
    this.#source = undefined;
  }

  readonly #onVisibility = (): void => {
    if (document.hidden) this.#close();
    else this.#open();
  };

  #connected(connection: Connection): void {
    if (this.connection === connection) return;
    this.connection = connection;
    this.#tell(undefined);
  }

  #take(event: LiveEvent): void {
    if (event.type === 'status') {
      this.status = event;
    } else {
      this.#merge(event);
    }
    this.#tell(event);
  }

  #merge({ targets, requests, waiting, configuration }: ChangesEvent): void {
    if (requests.length > 0) this.recent = [...requests.toReversed(), ...this.recent].slice(0, MOST_RECENT);
    if (this.status === undefined) return;
    const changed = new Map(targets.map((target) => [target.target, target]));
    this.status = {
      targets: this.status.targets.map((target): TargetView => changed.get(target.target) ?? target),
      waiting: waiting ?? this.status.waiting,
      configuration: configuration ?? this.status.configuration,
    };
  }

  #tell(event: LiveEvent | undefined): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

export const live = new Live();

/** Renders its host again at each event. */
export class LiveController implements ReactiveController {
  #stop: (() => void) | undefined;
  readonly #host: ReactiveControllerHost;
  readonly #onEvent: Listener;

  constructor(host: ReactiveControllerHost, onEvent: Listener = () => {}) {
    this.#host = host;
    this.#onEvent = onEvent;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stop = live.listen((event) => {
      this.#onEvent(event);
      this.#host.requestUpdate();
    });
  }

  hostDisconnected(): void {
    this.#stop?.();
  }
}
