/** @typedef {Record<string, any>} Fields */

/** OpenAI's body as the Messages API takes it. @type {(body: Readonly<Fields>, maxTokens: number) => Fields} */
export const requestOf = (body, maxTokens) => {
  const messages = /** @type {Fields[]} */ (body.messages);
  const system = messages.filter(isSystem).map(({ content }) => textOf(content));
  return defined({
    model: body.model,
    max_tokens: body.max_completion_tokens ?? body.max_tokens ?? maxTokens,
    system: system.length === 0 ? undefined : system.join('\n\n'),
    messages: joined(messages.filter((message) => !isSystem(message)).map(messageOf)),
    stream: body.stream,
    temperature: body.temperature,
    top_p: body.top_p,
    stop_sequences: body.stop ? [body.stop].flat() : undefined,
    tools: body.tools?.map(toolOf),
    tool_choice: choiceOf(body.tool_choice),
  });
};

/** @type {(message: Fields) => boolean} */
const isSystem = ({ role }) => role === 'system' || role === 'developer';

/** @type {(message: Fields) => Fields} */
const messageOf = ({ role, content, tool_calls: calls = [], tool_call_id: id }) => {
  if (role === 'tool') {
    return { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: textOf(content) }] };
  }
  return { role, content: [...blocksOf(content), ...calls.map(callOf)] };
};

/** @type {(content: unknown) => Fields[]} */
const blocksOf = (content) => {
  if (content === null || content === undefined || content === '') return [];
  return Array.isArray(content) ? content.map(blockOf) : [{ type: 'text', text: content }];
};

/** @type {(part: Fields) => Fields} */
const blockOf = ({ type, text, image_url: image }) => {
  if (type !== 'image_url') return { type: 'text', text };
  const [, mediaType, data] = /^data:(.+?);base64,(.+)$/.exec(image.url) ?? [];
  const source = data === undefined ? { type: 'url', url: image.url } : { type: 'base64', media_type: mediaType, data };
  return { type: 'image', source };
};

/** @type {(content: unknown) => string} */
const textOf = (content) =>
  blocksOf(content)
    .map(({ text = '' }) => text)
    .join('');

/** @type {(call: Fields) => Fields} */
const callOf = ({ id, function: { name, arguments: text } }) => ({
  type: 'tool_use',
  id,
  name,
  input: JSON.parse(text || '{}'),
});

/** @type {(tool: Fields) => Fields} */
const toolOf = ({ function: { name, description, parameters } }) =>
  defined({ name, description, input_schema: parameters ?? { type: 'object', properties: {} } });

/** @type {(choice: any) => Fields | undefined} */
const choiceOf = (choice) => {
  if (choice === undefined || choice === null) return undefined;
  if (typeof choice === 'object') return { type: 'tool', name: choice.function.name };
  return { type: choice === 'required' ? 'any' : choice };
};

/** Turns must alternate: consecutive messages of one role, such as several tool results, become one. @type {(messages: Fields[]) => Fields[]} */
const joined = (messages) => {
  /** @type {Fields[]} */
  const turns = [];
  for (const message of messages) {
    const last = turns.at(-1);
    if (last?.role === message.role) last?.content.push(...message.content);
    else turns.push({ ...message, content: [...message.content] });
  }
  return turns;
};

/** Drops fields that are not set: some clients send `null`, which the API refuses. @type {(fields: Fields) => Fields} */
const defined = (fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
