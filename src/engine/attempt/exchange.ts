import type { Dispatcher } from 'undici';
import type { ResponseHead } from '../../plugin/door/attempt.js';
import { Deferred } from '../deferred.js';
import type { BodySink, Source } from '../stream/source.js';
import { isLostOnReuse } from './kept-connections.js';

type State =
  /** The body goes to `early` until something consumes it. */
  | { readonly phase: 'open'; readonly early: Buffer[] }
  | { readonly phase: 'consumed'; readonly sink: BodySink }
  | { readonly phase: 'ended'; readonly early: readonly Buffer[] }
  | { readonly phase: 'failed'; readonly early: readonly Buffer[]; readonly cause: Error };

/** One request to a provider, and its response. undici's own timers are off: the attempt has one for all time limits. */
export class Exchange implements Source, Dispatcher.DispatchHandler {
  /** Bytes of the request may have reached the provider. */
  sent = false;
  readonly #head = new Deferred<ResponseHead>();
  readonly #now: () => number;
  #state: State = { phase: 'open', early: [] };
  #controller: Dispatcher.DispatchController | undefined;
  #abortReason: Error | undefined;
  #sendAgain: (() => void) | undefined;

  /** @param sendAgain sends the request once more, on a fresh connection, where a reused one turned out to be closed */
  constructor(now: () => number, sendAgain: () => void) {
    this.#now = now;
    this.#sendAgain = sendAgain;
  }

  /** Resolves with status and headers. Rejects when there will be none. */
  get head(): Promise<ResponseHead> {
    return this.#head.promise;
  }

  consume(sink: BodySink): void {
    const state = this.#state;
    if (state.phase === 'consumed') throw new Error('The body is already consumed.');
    if (state.phase === 'open') this.#state = { phase: 'consumed', sink };
    for (const chunk of state.early) sink.data(chunk);
    if (state.phase === 'ended') sink.end();
    else if (state.phase === 'failed') sink.error(state.cause);
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    this.#controller?.resume();
  }

  /** Ends the exchange at once. If it is still open, `head` or the sink gets `reason`. */
  abort(reason: Error): void {
    if (this.#isOver || this.#abortReason !== undefined) return;
    this.#abortReason = reason;
    if (this.#controller === undefined) this.#fail(reason);
    else this.#controller.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.sent = true;
    if (this.#abortReason !== undefined) controller.abort(this.#abortReason);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    this.#head.resolve({ status, headers, at: this.#now() });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const state = this.#state;
    if (state.phase === 'consumed') state.sink.data(chunk);
    else if (state.phase === 'open') state.early.push(chunk);
  }

  onResponseEnd(): void {
    const state = this.#state;
    if (state.phase === 'open') this.#state = { phase: 'ended', early: state.early };
    if (state.phase !== 'consumed') return;
    this.#state = { phase: 'ended', early: [] };
    state.sink.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, cause: Error): void {
    const sendAgain = this.#sendAgain;
    this.#sendAgain = undefined;
    if (this.#abortReason !== undefined || sendAgain === undefined || !isLostOnReuse(cause)) {
      this.#fail(this.#abortReason ?? cause);
      return;
    }
    this.#controller = undefined;
    sendAgain();
  }

  get #isOver(): boolean {
    return this.#state.phase === 'ended' || this.#state.phase === 'failed';
  }

  #fail(cause: Error): void {
    const state = this.#state;
    if (state.phase === 'ended' || state.phase === 'failed') return;
    this.#state = { phase: 'failed', early: state.phase === 'open' ? state.early : [], cause };
    this.#head.reject(cause);
    if (state.phase === 'consumed') state.sink.error(cause);
  }
}
