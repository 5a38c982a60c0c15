import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type ApiError, onSignedIn } from './client.js';

/**
 * Data that a page loads from the server. While it loads again, the earlier data stays visible, so that the page does not
 * jump.
 */
export class Resource<T> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #load: (signal: AbortSignal) => Promise<T>;
  #running: AbortController | undefined;
  #lastReload: Promise<void> = Promise.resolve();
  #stop: (() => void) | undefined;
  value: T | undefined;
  error: ApiError | undefined;
  loading = false;

  constructor(host: ReactiveControllerHost, load: (signal: AbortSignal) => Promise<T>) {
    this.#host = host;
    this.#load = load;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stop = onSignedIn(() => this.error !== undefined && void this.reload());
    void this.reload();
  }

  hostDisconnected(): void {
    this.#stop?.();
    this.#running?.abort();
  }

  /**
   * Loads the data again, and aborts a pending load.
   * @returns a promise for the end of the newest load. It never rejects: `error` has the error.
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

  /** Resolves after the load that aborted `ended`, or at once if the host was removed. */
  async #newer(ended: AbortController): Promise<void> {
    if (this.#running !== ended) await this.#lastReload;
  }
}
