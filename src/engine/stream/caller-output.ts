import type { Sink } from './sink.js';
import type { Source } from './source.js';

/** Keeps what the caller got. */
interface Recorder {
  add(frames: Buffer): void;
}

/** The time limits that must not run while the caller does not read. */
interface PausableDeadline {
  hold(): void;
  unhold(): void;
}

type State =
  /** There is no sink yet. */
  | { readonly phase: 'queueing'; readonly frames: Buffer[] }
  | { readonly phase: 'writing'; readonly sink: Sink; isPaused: boolean };

/** Writes frames to the caller, and pauses the provider while the caller reads too slowly. */
export class CallerOutput {
  readonly #source: Source;
  readonly #deadline: PausableDeadline;
  readonly #recorder: Recorder | undefined;
  #state: State = { phase: 'queueing', frames: [] };
  /** No more comes from the provider, so there is nothing to pause. */
  #isLast = false;

  constructor(source: Source, deadline: PausableDeadline, recorder?: Recorder) {
    this.#source = source;
    this.#deadline = deadline;
    this.#recorder = recorder;
  }

  /** Writes what has come so far to `sink`, and everything else from now on. */
  attach(sink: Sink): void {
    const queued = this.#state.phase === 'queueing' ? this.#state.frames : [];
    this.#state = { phase: 'writing', sink, isPaused: false };
    for (const frames of queued) this.write(frames);
  }

  write(frames: Buffer): void {
    if (frames.length === 0) return;
    const state = this.#state;
    if (state.phase === 'queueing') {
      state.frames.push(frames);
      return;
    }
    this.#recorder?.add(frames);
    if (state.sink.write(frames) || this.#isLast || state.isPaused) return;
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
