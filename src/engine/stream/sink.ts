import type { SseEvent } from './events.js';

/** Where the caller's bytes go. */
export interface Sink {
  /**
   * Returns whether more may be written at once. If not, `onDrain` says when.
   * @param native set for frames in the caller's own protocol: the events that they are
   */
  write(frames: Buffer, native?: readonly SseEvent[]): boolean;
  /** Calls `listener` once, when the sink takes more. */
  onDrain(listener: () => void): void;
}
