/** What a caller asks for. */
export interface Asked {
  readonly stream: boolean;
  readonly body: Buffer;
}

interface ChatRequest {
  readonly model: string;
  readonly messages: readonly object[];
  readonly stream?: boolean;
  readonly stream_options?: object;
}

const NAME = Buffer.from('"model"');
const MODEL = '"m"';
const WITH_USAGE = ',"stream_options":{"include_usage":true}';

const isChatRequest = (value: unknown): value is ChatRequest => {
  const { model, messages } = (value ?? {}) as { model?: unknown; messages?: unknown };
  return typeof model === 'string' && Array.isArray(messages) && messages.length > 0;
};

/** Checks a body and names the provider's model in it. `undefined` if it is not a chat request. */
export const readChat = (bytes: Buffer): Asked | undefined => {
  let chat: unknown;
  try {
    chat = JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
  if (!isChatRequest(chat)) return undefined;
  const stream = chat.stream === true;
  return { stream, body: spliced(bytes, chat, stream) ?? rewritten(chat, stream) };
};

/** The same bytes with another model. Only if `"model"` occurs once and its value is where it is expected. */
const spliced = (bytes: Buffer, chat: ChatRequest, stream: boolean): Buffer | undefined => {
  const at = bytes.indexOf(NAME);
  if (bytes.indexOf(NAME, at + 1) !== -1) return undefined;
  const value = `:${JSON.stringify(chat.model)}`;
  const valueAt = at + NAME.length;
  const end = valueAt + Buffer.byteLength(value);
  if (bytes.toString('utf8', valueAt, end) !== value) return undefined;
  const usage = stream && chat.stream_options === undefined ? WITH_USAGE : '';
  return Buffer.concat([bytes.subarray(0, valueAt + 1), Buffer.from(MODEL + usage), bytes.subarray(end)]);
};

const rewritten = (chat: ChatRequest, stream: boolean): Buffer =>
  Buffer.from(
    JSON.stringify({
      ...chat,
      model: 'm',
      ...(stream ? { stream_options: { ...chat.stream_options, include_usage: true } } : {}),
    }),
  );
