import type { NativeAnswers } from '../../plugin/door/native.js';
import type { StreamEvent } from '../../plugin/door/translate.js';
import { type Fields, fieldsIn, fieldsOf, isFields } from '../../plugin/fields.js';

/** Output items that are calls of the caller's tools. */
const CALLS: ReadonlySet<unknown> = new Set([
  'function_call',
  'custom_tool_call',
  'local_shell_call',
  'shell_call',
  'apply_patch_call',
  'computer_call',
]);
/** Output items that are text. All others are done at the provider, such as a search: no other target can go on with them. */
const TEXTS: ReadonlySet<unknown> = new Set(['message', 'reasoning', undefined]);

/** Type of event → the field of a delta that its text belongs to. */
const TEXT_DELTAS: Readonly<Record<string, string>> = {
  'response.output_text.delta': 'content',
  'response.refusal.delta': 'refusal',
  'response.reasoning_summary_text.delta': 'reasoning',
  'response.reasoning_text.delta': 'reasoning',
};

const CALL_DELTAS: ReadonlySet<string> = new Set([
  'response.function_call_arguments.delta',
  'response.custom_tool_call_input.delta',
]);

/** Reads the answers of a provider that speaks the Responses API. */
export const nativeResponses: NativeAnswers = {
  path: '/responses',
  lastEvents: ['response.completed', 'response.incomplete'],
  answer: (answer) => {
    const response = fieldsOf(answer);
    if (response.status === 'failed' || response.status === 'cancelled') return errorOf(response);
    return {
      ...modelOf(response),
      choices: [{ index: 0, message: messageOf(response), finish_reason: endOf(response) }],
      ...usageOf(response),
    };
  },
  stream: () => {
    const reader = new ResponsesReader();
    return (event) => reader.read(event);
  },
};

class ResponsesReader {
  /** The place of an item in the output → the place of its call among the calls. */
  readonly #calls = new Map<unknown, number>();
  /** Places of items whose text or arguments came in pieces. */
  readonly #inPieces = new Set<unknown>();

  read({ event, data }: StreamEvent): Fields | undefined {
    const fields = fieldsOf(data);
    const type = String(fields.type ?? event);
    const { output_index: place, delta } = fields;
    const item = fieldsOf(fields.item);
    const field = TEXT_DELTAS[type];
    if (field !== undefined) {
      this.#inPieces.add(place);
      return chunkOf({ [field]: delta });
    }
    if (CALL_DELTAS.has(type)) {
      this.#inPieces.add(place);
      return chunkOf({ tool_calls: [{ index: this.#calls.get(place) ?? 0, function: { arguments: delta } }] });
    }
    switch (type) {
      case 'response.output_item.added':
        return this.#added(item, place);
      case 'response.output_item.done':
        return this.#inPieces.has(place) ? undefined : this.#whole(item, place);
      case 'response.completed':
      case 'response.incomplete':
        return this.#end(fieldsOf(fields.response));
      case 'response.failed':
      case 'response.cancelled':
        return errorOf(fieldsOf(fields.response));
      default:
        return undefined;
    }
  }

  #added(item: Fields, place: unknown): Fields | undefined {
    if (CALLS.has(item.type)) return chunkOf({ tool_calls: [this.#call(item, place, '')] });
    return TEXTS.has(item.type) ? undefined : chunkOf({ content: [{ type: item.type }] });
  }

  /** Some servers send an item as a whole. */
  #whole(item: Fields, place: unknown): Fields | undefined {
    if (CALLS.has(item.type)) return chunkOf({ tool_calls: [this.#call(item, place, argumentsOf(item))] });
    return item.type === 'message' ? chunkOf(messageOf({ output: [item] })) : undefined;
  }

  #call(item: Fields, place: unknown, text: string): Fields {
    const index = this.#calls.get(place) ?? this.#calls.size;
    this.#calls.set(place, index);
    return { index, ...callOf(item, text) };
  }

  #end(response: Fields): Fields {
    const hasCalls = this.#calls.size > 0;
    return {
      ...modelOf(response),
      choices: [{ index: 0, delta: {}, finish_reason: endOf(response, hasCalls) }],
      ...usageOf(response),
    };
  }
}

const chunkOf = (delta: Fields): Fields => ({ choices: [{ index: 0, delta, finish_reason: null }] });

const messageOf = (response: Fields): Fields => {
  const items = fieldsIn(response.output);
  const parts = items.filter(({ type }) => type === 'message').flatMap(({ content }) => fieldsIn(content));
  const reasoning = items.filter(({ type }) => type === 'reasoning');
  const thoughts = reasoning.flatMap(({ summary, content }) => [...fieldsIn(summary), ...fieldsIn(content)]);
  const calls = items.filter(({ type }) => CALLS.has(type)).map((item) => callOf(item, argumentsOf(item)));
  const others = items.filter(({ type }) => !TEXTS.has(type) && !CALLS.has(type)).map(({ type }) => ({ type }));
  const text = parts.map((part) => part.text ?? '').join('');
  const refusal = parts.map((part) => part.refusal ?? '').join('');
  return {
    content: text === '' && others.length > 0 ? others : text,
    ...(refusal === '' ? {} : { refusal }),
    ...(thoughts.length === 0 ? {} : { reasoning: thoughts.map((part) => part.text ?? '').join('') }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
};

const callOf = ({ type, id, call_id, name }: Fields, text: string): Fields => ({
  id: call_id ?? id,
  type: 'function',
  function: { name: name ?? type, arguments: text },
});

const argumentsOf = ({ arguments: text, input, action, operation }: Fields): string => {
  const value = text ?? input ?? action ?? operation ?? {};
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const endOf = ({ incomplete_details, output, status }: Fields, hasCalls = hasCallsIn(output)): string => {
  const { reason } = fieldsOf(incomplete_details);
  if (reason === 'content_filter') return 'content_filter';
  if (status === 'incomplete') return 'length';
  return hasCalls ? 'tool_calls' : 'stop';
};

const hasCallsIn = (output: unknown): boolean => fieldsIn(output).some(({ type }) => CALLS.has(type));

const modelOf = ({ model }: Fields): Fields => (typeof model === 'string' ? { model } : {});

const errorOf = ({ error, status }: Fields): Fields => ({
  error: isFields(error) ? error : { message: `the response ended as "${String(status)}"` },
});

const usageOf = ({ usage }: Fields): Fields => {
  if (!isFields(usage)) return {};
  const { input_tokens, output_tokens, total_tokens, input_tokens_details, output_tokens_details } = usage;
  return {
    usage: {
      prompt_tokens: input_tokens,
      completion_tokens: output_tokens,
      total_tokens,
      ...(isFields(input_tokens_details) ? { prompt_tokens_details: input_tokens_details } : {}),
      ...(isFields(output_tokens_details) ? { completion_tokens_details: output_tokens_details } : {}),
    },
  };
};
