type Fields = Readonly<Record<string, unknown>>;

/** One event of a provider's stream, or one line of it. */
export interface StreamEvent {
  /** The name in its `event:` line; absent where it has none. */
  readonly event?: string | undefined;
  /** Its data, parsed from JSON. */
  readonly data: unknown;
}

/**
 * Turns the answers of an API that is not OpenAI-shaped into OpenAI's; `adapt` turns the requests. `asked` is the request's
 * body in OpenAI's shape, as `adapt` was given it. An error, an object with the key `error` or an event of that name, is
 * seen without it. One that throws fails the attempt, and the next target is asked.
 */
export interface Translation {
  /** How a stream is cut: `events` are server-sent ones, the default; `lines` have one JSON each. */
  readonly framing?: 'events' | 'lines';
  /** Turns an answer that is not streamed into a `chat.completion`. What OpenAI has in each (`id`, `created`, `role`, …) is filled in. */
  answer(answer: unknown, asked: Fields): Fields;
  /**
   * Called once for each stream. What it returns turns each event into chunks, `chat.completion.chunk`, filled in
   * likewise; `undefined` for one that says nothing to the caller. The last choice needs a `finish_reason`. Usage goes
   * into a chunk of its own, with `choices: []`: it reaches the caller only where the caller asked for it.
   */
  stream(asked: Fields): (event: StreamEvent) => Fields | readonly Fields[] | undefined;
  /** Turns the answer to the question for models into OpenAI's list: entries with an `id`. */
  models?(answer: unknown): readonly Fields[];
}
