/** Where the caller's bytes go. */
export interface Sink {
  /** Returns whether more may be written at once. If not, `onDrain` says when. */
  write(chunk: Buffer): boolean;
  /** Calls `listener` once, when the sink takes more. */
  onDrain(listener: () => void): void;
}
