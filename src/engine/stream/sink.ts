import type { SseEvent } from './frames/events.js';
import type { PlainFrames } from './frames/plain-frames.js';

/** The content of frames that were already read, so that later readers do not parse them again. */
export type FrameContent =
  /** They are chunks of a chat completion, or comments. */
  | { readonly kind: 'chat'; readonly events: readonly SseEvent[] }
  /** They are in the caller's own protocol. */
  | { readonly kind: 'native'; readonly events: readonly SseEvent[] }
  /** They contain nothing but text. Valid during the call. */
  | PlainFrames;

/** Where the caller's bytes go. */
export interface Sink {
  /** Returns whether more may be written at once. If not, `onDrain` says when. */
  write(frames: Buffer, content?: FrameContent): boolean;
  /** Calls `listener` once, when the sink takes more. */
  onDrain(listener: () => void): void;
}
