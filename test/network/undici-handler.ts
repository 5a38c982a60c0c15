import type { Dispatcher } from 'undici';

/** What a dispatcher of a test does to a request. */
export interface Control {
  abort(reason: Error): void;
  pause(): void;
  resume(): void;
}

/** Calls a handler of undici, of the older form or of the newer one. */
export class HandlerCalls {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #control: Control;
  readonly #controller: Dispatcher.DispatchController;

  constructor(handler: Dispatcher.DispatchHandler, control: Control) {
    this.#handler = handler;
    this.#control = control;
    this.#controller = {
      aborted: false,
      paused: false,
      reason: null,
      abort: (reason) => control.abort(reason),
      pause: () => control.pause(),
      resume: () => control.resume(),
    };
  }

  start(): void {
    if (this.#handler.onRequestStart !== undefined) this.#handler.onRequestStart(this.#controller, {});
    else this.#handler.onConnect?.((cause) => this.#control.abort(cause ?? new Error('aborted')));
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.#handler.onResponseStart !== undefined) {
      this.#handler.onResponseStart(this.#controller, status, headers, '');
      return;
    }
    const raw = Object.entries(headers).flatMap(([name, value]) => [Buffer.from(name), Buffer.from(value)]);
    this.#goOn(this.#handler.onHeaders?.(status, raw, () => this.#control.resume(), ''));
  }

  data(bytes: Buffer): void {
    if (this.#handler.onResponseData !== undefined) this.#handler.onResponseData(this.#controller, bytes);
    else this.#goOn(this.#handler.onData?.(bytes));
  }

  end(): void {
    if (this.#handler.onResponseEnd !== undefined) this.#handler.onResponseEnd(this.#controller, {});
    else this.#handler.onComplete?.([]);
  }

  fail(cause: Error): void {
    if (this.#handler.onResponseError !== undefined) this.#handler.onResponseError(this.#controller, cause);
    else this.#handler.onError?.(cause);
  }

  #goOn(more: boolean | undefined): void {
    if (more === false) this.#control.pause();
  }
}
