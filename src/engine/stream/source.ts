/** Takes the body of a response as it arrives. Nothing follows `end` or `error`. */
export interface BodySink {
  data(chunk: Buffer): void;
  end(): void;
  error(cause: Error): void;
}

/** The body of a response. */
export interface Source {
  /** Starts to deliver the body. Call it once. */
  consume(sink: BodySink): void;
  /** Asks the provider to send no more for now. */
  pause(): void;
  resume(): void;
  /** Ends the exchange at once. If it is still open, the sink gets `reason` as its error. */
  abort(reason: Error): void;
}
