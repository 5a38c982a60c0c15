/** The parts of a chat request that a simulated provider reads. */
export interface ChatRequest {
  /** All fields of the body. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly model: string;
  readonly messages: readonly { readonly role: unknown; readonly text: string }[];
  readonly stream: boolean;
  /** `stream_options.include_usage` */
  readonly includeUsage: boolean;
  /** The maximum length of the answer; `Infinity` if there is none. */
  readonly maxTokens: number;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads the body of a request. @returns an error message if it is invalid */
export const readChatRequest = (json: string): ChatRequest | string => {
  let body: Fields;
  try {
    body = fieldsOf(JSON.parse(json));
  } catch {
    return 'The request body is not valid JSON.';
  }
  const { model, messages, stream } = body;
  if (typeof model !== 'string') return "'model' must be a string.";
  if (!Array.isArray(messages) || messages.length === 0) return "'messages' must be a list with at least one message.";
  const bound = body.max_completion_tokens ?? body.max_tokens;
  return {
    body,
    model,
    messages: messages.map((message) => ({ role: fieldsOf(message).role, text: textOf(fieldsOf(message).content) })),
    stream: stream === true,
    includeUsage: fieldsOf(body.stream_options).include_usage === true,
    maxTokens: typeof bound === 'number' && bound > 0 ? bound : Number.POSITIVE_INFINITY,
  };
};

/** The text of a message's content, which is a string or a list of parts. Only text parts are read. */
const textOf = (content: unknown): string => {
  if (typeof content === 'string') return content;
  const texts = Array.isArray(content) ? content.map((part) => fieldsOf(part).text) : [];
  return texts.filter((text) => typeof text === 'string').join(' ');
};

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
