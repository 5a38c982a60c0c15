import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { ApiError } from './client.js';

/**
 * Something that a page loads from the server: what is there, what went wrong. What was there before stays visible while
 * it is loaded again, so that nothing jumps.
 */
export class Resource<T> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #load: (signal: AbortSignal) => Promise<T>;
  #running: AbortController | undefined;
  #lastReload: Promise<void> = Promise.resolve();
  value: T | undefined;
  error: ApiError | undefined;
  loading = false;

  constructor(host: ReactiveControllerHost, load: (signal: AbortSignal) => Promise<T>) {
    this.#host = host;
    this.#load = load;
    host.addController(this);
  }

  hostConnected(): void {
    void this.reload();
  }

  hostDisconnected(): void {
    this.#running?.abort();
  }

  /**
   * Loads it again, and ends a load that is under way.
   * @returns when the newest load is over. It never throws: `error` has what went wrong.
   */
  reload(): Promise<void> {
    this.#lastReload = this.#reload();
    return this.#lastReload;
  }

  async #reload(): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.loading = true;
    this.#host.requestUpdate();
    try {
      const value = await this.#load(running.signal);
      if (running.signal.aborted) return await this.#newer(running);
      this.value = value;
      this.error = undefined;
    } catch (error) {
      if (running.signal.aborted) return await this.#newer(running);
      this.error = error as ApiError;
    }
    this.loading = false;
    this.#host.requestUpdate();
  }

  /** The load that ended this one; none did if the host left the page. */
  async #newer(ended: AbortController): Promise<void> {
    if (this.#running !== ended) await this.#lastReload;
  }
}
