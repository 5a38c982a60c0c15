import type { SseEvent } from './events.js';
import type { Sink } from './sink.js';
import type { Source } from './source.js';

/** Keeps what the caller got. */
interface Recorder {
  add(frames: Buffer, native?: readonly SseEvent[], isPlain?: boolean): void;
}

/** The time limits that must not run while the caller does not read. */
interface PausableDeadline {
  hold(): void;
  unhold(): void;
}

type State =
  /** There is no sink yet. */
  | { readonly phase: 'queueing'; readonly writes: Parameters<CallerOutput['write']>[] }
  | { readonly phase: 'writing'; readonly sink: Sink; isPaused: boolean };

/** Writes frames to the caller, and pauses the provider while the caller reads too slowly. */
export class CallerOutput {
  readonly #source: Source;
  readonly #deadline: PausableDeadline;
  readonly #recorder: Recorder | undefined;
  #state: State = { phase: 'queueing', writes: [] };
  /** No more comes from the provider, so there is nothing to pause. */
  #isLast = false;

  constructor(source: Source, deadline: PausableDeadline, recorder?: Recorder) {
    this.#source = source;
    this.#deadline = deadline;
    this.#recorder = recorder;
  }

  /** Writes what has come so far to `sink`, and everything else from now on. */
  attach(sink: Sink): void {
    const queued = this.#state.phase === 'queueing' ? this.#state.writes : [];
    this.#state = { phase: 'writing', sink, isPaused: false };
    for (const write of queued) this.write(...write);
  }

  /** Writes frames, as `Sink` takes them. `isPlain`: they contain nothing but text. */
  write(frames: Buffer, native?: readonly SseEvent[], isPlain = false): void {
    if (frames.length === 0) return;
    const state = this.#state;
    if (state.phase === 'queueing') {
      state.writes.push([frames, native, isPlain]);
      return;
    }
    this.#recorder?.add(frames, native, isPlain);
    if (state.sink.write(frames, native) || this.#isLast || state.isPaused) return;
    state.isPaused = true;
    this.#source.pause();
    this.#deadline.hold();
    state.sink.onDrain(() => {
      state.isPaused = false;
      this.#deadline.unhold();
      this.#source.resume();
    });
  }

  /** The caller does not read. */
  get isPaused(): boolean {
    return this.#state.phase === 'writing' && this.#state.isPaused;
  }

  /** The provider's stream is over. */
  close(): void {
    this.#isLast = true;
  }
}
