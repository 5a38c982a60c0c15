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

  /** Never throws: what went wrong is in `error`. A newer call ends an older one. */
  async reload(): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.loading = true;
    this.#host.requestUpdate();
    try {
      const value = await this.#load(running.signal);
      if (running.signal.aborted) return;
      this.value = value;
      this.error = undefined;
    } catch (error) {
      if (running.signal.aborted) return;
      this.error = error as ApiError;
    }
    this.loading = false;
    this.#host.requestUpdate();
  }
}
