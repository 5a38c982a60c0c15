/** Ids of tool calls that a provider takes. */
export interface ToolCallIds {
  /** An id that matches stays. */
  readonly pattern: RegExp;
  /** Any other id becomes this text and `length` letters and digits of its hash. Default: nothing. */
  readonly prefix?: string;
  /** At most 42. */
  readonly length: number;
}

/** Fields that a provider wants back from its earlier answers. All others of their kind are dropped. */
export interface ReturnedFields<T> {
  readonly fields: readonly string[];
  /** What to send where another provider gave the answer, and the provider refuses a message without the field. */
  readonly placeholder?: T;
}

/**
 * What a provider requires of the earlier messages of a conversation. Conversations move between providers, so most of these
 * messages come from others. A rule that is absent does nothing, unless a default is named.
 */
export interface ConversationRules {
  /** Applies only to models whose names match. Default: to all. */
  readonly model?: RegExp;
  /** Default: ids of up to 40 letters, digits, `_` and `-`. Ids are unique in a request, and a result keeps its call. */
  readonly toolCallIds?: ToolCallIds;
  /**
   * Fields of tool calls, beside those of chat completions, such as `extra_content`. The placeholder's fields are added to the
   * first call of a message without them. Default: all fields are sent.
   */
  readonly callFields?: ReturnedFields<Readonly<Record<string, unknown>>>;
  /**
   * Fields of assistant messages with the reasoning: `reasoning_content`, `reasoning`, `reasoning_details`, or `thinking` for
   * parts of the content. The text of one goes into the first that is named. The placeholder is for messages with tool calls.
   * Default: none is sent.
   */
  readonly reasoning?: ReturnedFields<string>;
  /** `first`: all system messages become one at the top. `user`: their text becomes the beginning of the first user message. */
  readonly system?: 'first' | 'user';
  /** Neighbours of one role become one message. */
  readonly joinNeighbours?: true;
  /** A user message right after the result of a tool is refused. A short message of the assistant comes between. */
  readonly answerAfterTools?: true;
  /** Fields that the last message needs if it is the assistant's. Default: those of `prefill.message`. */
  readonly lastAssistant?: Readonly<Record<string, unknown>>;
  /** The schemas of tools become simpler: without references, `const`, `allOf`, `oneOf`, lists of types and unusual keywords. */
  readonly plainSchemas?: true;
}

/** Parts of messages that are no text. */
export type MediaKind = 'images' | 'files' | 'audio';
