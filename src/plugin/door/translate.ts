type Fields = Readonly<Record<string, unknown>>;

/** One event of a provider's stream, or one line if its framing is `lines`. */
export interface StreamEvent {
  /** The name in its `event:` line; absent without one. */
  readonly event?: string | undefined;
  /** Its data, parsed from JSON. */
  readonly data: unknown;
}

/**
 * Translates the answers of an API that is not like OpenAI's; `adapt` translates the requests. `asked` is the request body in
 * OpenAI's shape, as `adapt` received it. Errors need no translation: an object with the key `error`, or an event of that name.
 * If a function throws, the attempt fails and 429chain goes on with the next target.
 */
export interface Translation {
  /** How the stream is divided: server-sent events, or one JSON value per line. Default: `events`. */
  readonly framing?: 'events' | 'lines';
  /** Translates an answer that is not streamed into a `chat.completion`. 429chain adds `id`, `created`, `role` and the like. */
  answer(answer: unknown, asked: Fields): Fields;
  /**
   * Called once for each stream. Returns a function that translates each event into one or more `chat.completion.chunk`,
   * or `undefined` for an event that the caller does not need. The last choice needs a `finish_reason`. Usage goes into a
   * chunk of its own, with `choices: []`: 429chain passes it on only if the caller asked for it.
   */
  stream(asked: Fields): (event: StreamEvent) => Fields | readonly Fields[] | undefined;
  /** Translates the list of models: returns entries with an `id`. */
  models?(answer: unknown): readonly Fields[];
}
