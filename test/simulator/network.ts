import { Dispatcher } from 'undici';
import { type Control, HandlerCalls } from '../network/undici-handler.js';
import type { SimulatedProvider } from './provider.js';
import { Random } from './random.js';
import { latencyOf, originOf } from './world.js';

/** The caller's side of an answer, for a provider. What is sent arrives later, in order. */
export interface Peer {
  head(status: number, headers: Readonly<Record<string, string>>): void;
  data(text: string): void;
  end(): void;
  /** The connection breaks. */
  reset(): void;
}

type Handler = Dispatcher.DispatchHandler;

/** Carries requests to simulated providers in the same process, with the delays that a network has. */
export class SimulatedNetwork extends Dispatcher {
  readonly #providers: ReadonlyMap<string, SimulatedProvider>;
  readonly #random: Random;
  readonly #believed: (target: string) => string;
  readonly #open = new Set<Connection>();
  #dead = false;

  /** @param believed returns the ledger's view of a target when a call to it is sent, for debugging */
  constructor(providers: readonly SimulatedProvider[], seed: number, believed: (target: string) => string) {
    super();
    this.#believed = believed;
    this.#providers = new Map(providers.map((each) => [originOf(each.spec.id), each]));
    this.#random = new Random(seed, 'network');
  }

  override dispatch({ origin, body }: Dispatcher.DispatchOptions, handler: Handler): boolean {
    const provider = this.#providers.get(String(origin));
    if (provider === undefined) throw new Error(`There is no simulated provider at ${origin}.`);
    const { network, networkSpread } = latencyOf(provider.spec);
    const [upMs, downMs] = [1, 2].map(() => Math.ceil(this.#random.spread(network, networkSpread)));
    const connection = new Connection(provider, handler, upMs as number, downMs as number, () =>
      this.#open.delete(connection),
    );
    this.#open.add(connection);
    connection.send(textOf(body), (model) => this.#believed(`${provider.spec.id}/${model}`));
    if (this.#dead) connection.abort(new Error('The process was killed.'));
    return true;
  }

  /** Ends every connection, as when a process is killed. */
  die(): void {
    this.#dead = true;
    for (const connection of [...this.#open]) connection.abort(new Error('The process was killed.'));
  }

  override close(): Promise<void>;
  override close(callback: () => void): void;
  override close(callback?: () => void): Promise<void> {
    callback?.();
    return Promise.resolve();
  }
}

class Connection implements Control, Peer {
  readonly #provider: SimulatedProvider;
  readonly #handler: HandlerCalls;
  readonly #upMs: number;
  readonly #downMs: number;
  readonly #onOver: () => void;
  /** Events that arrived while the caller paused. */
  #kept: (() => void)[] = [];
  #over = false;
  #leave: (() => void) | undefined;
  #paused = false;

  constructor(provider: SimulatedProvider, handler: Handler, upMs: number, downMs: number, onOver: () => void) {
    this.#provider = provider;
    this.#handler = new HandlerCalls(handler, this);
    this.#upMs = upMs;
    this.#downMs = downMs;
    this.#onOver = onOver;
  }

  send(body: string, believed: (model: string) => string): void {
    const sent = { at: Date.now(), belief: believed(String(JSON.parse(body).model)) };
    this.#handler.start();
    setTimeout(() => {
      if (!this.#over) this.#leave = this.#provider.receive(body, sent, this);
    }, this.#upMs);
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    this.#deliver(() => this.#handler.head(status, headers));
  }

  data(text: string): void {
    const bytes = Buffer.from(text);
    this.#deliver(() => this.#handler.data(bytes));
  }

  end(): void {
    this.#deliver(() => {
      this.#finish();
      this.#handler.end();
    });
  }

  reset(): void {
    this.#deliver(() => {
      this.#finish();
      const cause = Object.assign(new Error('other side closed'), { code: 'ECONNRESET' });
      this.#handler.fail(cause);
    });
  }

  abort(reason: Error): void {
    if (this.#over) return;
    this.#finish();
    queueMicrotask(() => this.#handler.fail(reason));
    setTimeout(() => this.#leave?.(), this.#upMs);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    while (!this.#paused && this.#kept.length > 0) this.#kept.shift()?.();
  }

  #deliver(event: () => void): void {
    setTimeout(() => {
      if (this.#over) return;
      if (this.#paused || this.#kept.length > 0) this.#kept.push(() => void (this.#over || event()));
      else event();
    }, this.#downMs);
  }

  #finish(): void {
    this.#over = true;
    this.#onOver();
  }
}

/** A long body comes in pieces. */
const textOf = (body: Dispatcher.DispatchOptions['body']): string =>
  typeof body === 'object' && body !== null && !Buffer.isBuffer(body) && Symbol.iterator in body
    ? Buffer.concat([...(body as unknown as Iterable<Buffer>)]).toString()
    : String(body);
