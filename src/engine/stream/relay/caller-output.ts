import type { FrameContent, Sink } from '../sink.js';
import type { Source } from '../source.js';

/** Keeps what the caller got. */
export interface Recorder {
  /** Frames are on their way to the caller. Without `content`, they contain nothing but text. */
  add(frames: Buffer, content?: FrameContent): void;
}

/** The time limits that must not run while the caller does not read. */
interface PausableDeadline {
  hold(): void;
  unhold(): void;
}

type State =
  /** There is no sink yet. */
  | { readonly phase: 'queueing'; readonly writes: [frames: Buffer, content: FrameContent | undefined][] }
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
    for (const [frames, content] of queued) this.write(frames, content);
  }

  /** Writes frames, as `Sink` takes them. */
  write(frames: Buffer, content?: FrameContent): void {
    if (frames.length === 0) return;
    const state = this.#state;
    if (state.phase === 'queueing') {
      state.writes.push([frames, content?.kind === 'text' ? content.kept() : content]);
      return;
    }
    this.#recorder?.add(frames, content);
    if (!state.sink.write(frames, content) && !this.#isLast && !state.isPaused) this.#pause(state);
  }

  #pause(state: State & { phase: 'writing' }): void {
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
