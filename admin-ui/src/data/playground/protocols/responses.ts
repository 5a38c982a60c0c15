import type { AnswerBuilder } from '../answer.js';
import type { Message } from '../conversation.js';
import { type Fields, fieldsOf, listOf, textOf, throwError } from '../fields.js';
import { maxTokens, STREAM, SYSTEM, TEMPERATURE, TOP_P } from '../parameters.js';
import type { PlaygroundProtocol } from '../protocol.js';
import { responsesTools } from '../tools.js';

/** OpenAI's Responses. */
export const responses: PlaygroundProtocol = {
  id: 'responses',
  title: 'Responses',
  path: '/v1/responses',
  about: "OpenAI's newer protocol, which agents such as Codex use.",
  prompt: { label: 'Prompt', placeholder: 'Your prompt' },
  files: 'images',
  converses: true,
  tools: true,
  parameters: [SYSTEM, TEMPERATURE, maxTokens('max_output_tokens'), TOP_P, STREAM],
  body: ({ values: { system = '' }, tools }, messages) => ({
    ...(system.trim() === '' ? {} : { instructions: system }),
    input: messages.flatMap(itemsOf),
    ...responsesTools(tools),
    store: false,
  }),
  event: (event, into) => {
    const { type, delta, item, output_index: place } = event;
    switch (type) {
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        into.text(delta);
        return false;
      case 'response.reasoning_text.delta':
      case 'response.reasoning_summary_text.delta':
        into.reasoning(delta);
        return false;
      case 'response.output_item.added':
        callIn(fieldsOf(item), Number(place), into);
        return false;
      case 'response.function_call_arguments.delta':
        into.call(Number(place), { arguments: textOf(delta) });
        return false;
      case 'error':
        return throwError(event.error ?? event);
      case 'response.failed':
        return throwError(fieldsOf(event.response).error);
      case 'response.completed':
      case 'response.incomplete':
        end(fieldsOf(event.response), into);
        return true;
      default:
        return false;
    }
  },
  whole: (answer, into) => {
    const response = fieldsOf(answer);
    if (isSet(response.error)) throwError(response.error);
    for (const [place, item] of listOf(response.output).entries()) {
      const { content, summary } = item;
      for (const part of [...listOf(summary), ...(item.type === 'reasoning' ? listOf(content) : [])])
        into.reasoning(part.text);
      if (item.type === 'message') for (const part of listOf(content)) into.text(part.text ?? part.refusal);
      callIn(item, place, into);
    }
    end(response, into);
  },
};

const isSet = (value: unknown): boolean => value !== undefined && value !== null;

const callIn = ({ type, call_id: id, name, arguments: written }: Fields, place: number, into: AnswerBuilder): void => {
  if (type === 'function_call') into.call(place, { id: textOf(id), name: textOf(name), arguments: textOf(written) });
};

const end = ({ usage, incomplete_details: why }: Fields, into: AnswerBuilder): void => {
  const { input_tokens: prompt, output_tokens: completion } = fieldsOf(usage);
  into.usage(prompt, completion);
  into.finish(fieldsOf(why).reason);
};

const itemsOf = (message: Message): readonly Fields[] => {
  if (message.role === 'results')
    return message.results.map(({ call, text }) => ({ type: 'function_call_output', call_id: call.id, output: text }));
  if (message.role === 'assistant') {
    const { text, calls } = message;
    return [
      ...(text === '' ? [] : [{ role: 'assistant', content: text }]),
      ...calls.map(({ id, name, arguments: written }) => ({
        type: 'function_call',
        call_id: id,
        name,
        arguments: written,
      })),
    ];
  }
  const { text, attachments } = message;
  if (attachments.length === 0) return [{ role: 'user', content: text }];
  const images = attachments.map(({ url }) => ({ type: 'input_image', image_url: url }));
  return [{ role: 'user', content: [...(text === '' ? [] : [{ type: 'input_text', text }]), ...images] }];
};
