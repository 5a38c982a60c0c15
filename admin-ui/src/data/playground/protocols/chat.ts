import type { AnswerBuilder } from '../answer.js';
import type { Message } from '../conversation.js';
import { type Fields, fieldsOf, listOf, textOf, throwError } from '../fields.js';
import { isOn, maxTokens, STREAM, SYSTEM, TEMPERATURE, TOP_P } from '../parameters.js';
import type { PlaygroundProtocol } from '../protocol.js';
import { chatTools } from '../tools.js';

/** OpenAI's chat completions. */
export const chat: PlaygroundProtocol = {
  id: 'chat',
  title: 'Chat completions',
  path: '/v1/chat/completions',
  about: 'You see the answer as it comes, which target served it, and every target that was tried or skipped.',
  prompt: { label: 'Prompt', placeholder: 'Your prompt' },
  files: 'images',
  converses: true,
  tools: true,
  parameters: [SYSTEM, TEMPERATURE, maxTokens('max_tokens'), TOP_P, STREAM],
  body: ({ values, tools }, messages) => {
    const { system = '' } = values;
    return {
      messages: [
        ...(system.trim() === '' ? [] : [{ role: 'system', content: system }]),
        ...messages.flatMap(chatMessages),
      ],
      ...chatTools(tools),
      ...(isOn(STREAM, values) ? { stream_options: { include_usage: true } } : {}),
    };
  },
  event: (event, into) => {
    if (event.error !== undefined) throwError(event.error);
    take(event, into);
    return false;
  },
  whole: (answer, into) => take(fieldsOf(answer), into),
};

const chatMessages = (message: Message): readonly Fields[] => {
  if (message.role === 'results')
    return message.results.map(({ call, text }) => ({ role: 'tool', tool_call_id: call.id, content: text }));
  if (message.role === 'assistant') {
    const { text, calls } = message;
    const written = calls.map((call) => ({
      ...call.extra,
      id: call.id,
      type: 'function',
      function: { name: call.name, arguments: call.arguments },
    }));
    return [{ role: 'assistant', content: text, ...(calls.length === 0 ? {} : { tool_calls: written }) }];
  }
  const { text, attachments } = message;
  if (attachments.length === 0) return [{ role: 'user', content: text }];
  const images = attachments.map(({ url }) => ({ type: 'image_url', image_url: { url } }));
  return [{ role: 'user', content: [...(text === '' ? [] : [{ type: 'text', text }]), ...images] }];
};

/** A completion or a chunk of one. */
const take = ({ choices, usage, error }: Fields, into: AnswerBuilder): void => {
  if (error !== undefined) throwError(error);
  const choice = listOf(choices)[0] ?? {};
  const said = fieldsOf(choice.delta ?? choice.message);
  into.reasoning(said.reasoning ?? said.reasoning_content);
  into.text(said.content ?? said.refusal);
  for (const [place, call] of listOf(said.tool_calls).entries()) {
    const { index, id, type: _, function: called, ...extra } = call;
    const { name, arguments: written } = fieldsOf(called);
    const at = typeof index === 'number' ? index : place;
    into.call(at, { id: textOf(id), name: textOf(name), arguments: textOf(written), extra });
  }
  for (const { image_url: image } of listOf(said.images)) {
    const url = textOf(fieldsOf(image).url);
    if (url !== '') into.result({ kind: 'image', url });
  }
  into.finish(choice.finish_reason);
  const { prompt_tokens: prompt, completion_tokens: completion } = fieldsOf(usage);
  into.usage(prompt, completion);
};
