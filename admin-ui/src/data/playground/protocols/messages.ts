import type { AnswerBuilder } from '../answer.js';
import type { Message } from '../conversation.js';
import { type Fields, fieldsOf, listOf, textOf, throwError } from '../fields.js';
import { maxTokens, STREAM, SYSTEM, TEMPERATURE, TOP_P } from '../parameters.js';
import type { PlaygroundProtocol } from '../protocol.js';
import { argumentsOf, messagesTools } from '../tools.js';

/** The protocol requires a limit. */
const DEFAULT_MAX_TOKENS = 4096;

/** Anthropic's Messages. */
export const messages: PlaygroundProtocol = {
  id: 'messages',
  title: 'Messages',
  path: '/v1/messages',
  about: "Anthropic's protocol, which Claude Code uses.",
  prompt: { label: 'Prompt', placeholder: 'Your prompt' },
  files: 'images',
  converses: true,
  tools: true,
  parameters: [SYSTEM, { ...TEMPERATURE, max: 1 }, maxTokens('max_tokens', String(DEFAULT_MAX_TOKENS)), TOP_P, STREAM],
  body: ({ values: { system = '' }, tools }, asked) => ({
    max_tokens: DEFAULT_MAX_TOKENS,
    ...(system.trim() === '' ? {} : { system }),
    messages: asked.map(messageOf),
    ...messagesTools(tools),
  }),
  event: (event, into) => {
    const { type, index, delta, content_block: block } = event;
    switch (type) {
      case 'message_start':
        usageIn(fieldsOf(event.message), into);
        return false;
      case 'content_block_start':
        blockIn(fieldsOf(block), Number(index), into, '');
        return false;
      case 'content_block_delta': {
        const { text, thinking, partial_json: json } = fieldsOf(delta);
        into.reasoning(thinking);
        into.text(text);
        if (typeof json === 'string') into.call(Number(index), { arguments: json });
        return false;
      }
      case 'message_delta':
        usageIn(event, into);
        into.finish(fieldsOf(delta).stop_reason);
        return false;
      case 'error':
        return throwError(event.error);
      default:
        return type === 'message_stop';
    }
  },
  whole: (answer, into) => {
    const message = fieldsOf(answer);
    for (const [place, block] of listOf(message.content).entries())
      blockIn(block, place, into, JSON.stringify(block.input ?? {}));
    usageIn(message, into);
    into.finish(message.stop_reason);
  },
};

const blockIn = (block: Fields, place: number, into: AnswerBuilder, written: string): void => {
  into.reasoning(block.thinking);
  into.text(block.text);
  if (block.type === 'tool_use')
    into.call(place, { id: textOf(block.id), name: textOf(block.name), arguments: written });
};

const usageIn = ({ usage }: Fields, into: AnswerBuilder): void => {
  const { input_tokens: prompt, output_tokens: completion } = fieldsOf(usage);
  into.usage(prompt, completion);
};

const messageOf = (message: Message): Fields => {
  if (message.role === 'results') {
    const content = message.results.map(({ call, text }) => ({
      type: 'tool_result',
      tool_use_id: call.id,
      content: text,
    }));
    return { role: 'user', content };
  }
  if (message.role === 'assistant') {
    const { text, calls } = message;
    if (calls.length === 0) return { role: 'assistant', content: text };
    const used = calls.map(({ id, name, arguments: json }) => ({
      type: 'tool_use',
      id,
      name,
      input: argumentsOf(json),
    }));
    return { role: 'assistant', content: [...(text === '' ? [] : [{ type: 'text', text }]), ...used] };
  }
  const { text, attachments } = message;
  if (attachments.length === 0) return { role: 'user', content: text };
  const images = attachments.map(({ type, url }) => ({
    type: 'image',
    source: { type: 'base64', media_type: type, data: url.slice(url.indexOf(',') + 1) },
  }));
  return { role: 'user', content: [...images, ...(text === '' ? [] : [{ type: 'text', text }])] };
};
