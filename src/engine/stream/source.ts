/** Takes an answer's body as it arrives. After `end` or `error` nothing follows. */
export interface BodySink {
  data(chunk: Buffer): void;
  end(): void;
  error(cause: Error): void;
}

/** The body of a response, for whoever reads it. */
export interface Source {
  /** Begins to take the body. Once. */
  consume(sink: BodySink): void;
  /** Asks the provider to send no more for now. */
  pause(): void;
  resume(): void;
  /** Ends the exchange at once, whatever its state; the sink hears of `reason`. */
  abort(reason: Error): void;
}
