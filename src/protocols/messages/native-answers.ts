import type { NativeAnswers } from '../../plugin/door/native.js';
import type { StreamEvent } from '../../plugin/door/translate.js';
import { type Fields, fieldsIn, fieldsOf, isFields } from '../../plugin/fields.js';

/** Blocks that are text. All others but tool calls are done at the provider, such as a search: no other target can go on with them. */
const TEXTS: ReadonlySet<unknown> = new Set(['text', 'thinking', 'redacted_thinking', undefined]);

const FINISH_REASONS: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  tool_use: 'tool_calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  refusal: 'content_filter',
};

/** Reads the answers of a provider that speaks Anthropic's Messages API. */
export const nativeMessages: NativeAnswers = {
  path: '/messages',
  headers: ['anthropic-version', 'anthropic-beta'],
  lastEvents: ['message_stop'],
  answer: (answer) => {
    const message = fieldsOf(answer);
    return {
      ...modelOf(message),
      choices: [{ index: 0, message: messageOf(fieldsIn(message.content)), ...endOf(message) }],
      ...usageOf(fieldsOf(message.usage)),
    };
  },
  stream: () => {
    const reader = new MessagesReader();
    return (event) => reader.read(event);
  },
};

class MessagesReader {
  /** The index of a block → the place of its call among the calls. */
  readonly #calls = new Map<unknown, number>();
  /** Numbers in `message_delta` are totals, and replace those of `message_start`. */
  #usage: Fields = {};
  #model: Fields = {};

  read({ event, data }: StreamEvent): Fields | undefined {
    const fields = fieldsOf(data);
    switch (fields.type ?? event) {
      case 'message_start': {
        const message = fieldsOf(fields.message);
        this.#model = modelOf(message);
        this.#usage = fieldsOf(message.usage);
        return undefined;
      }
      case 'content_block_start':
        return this.#start(fieldsOf(fields.content_block), fields.index);
      case 'content_block_delta':
        return this.#add(fieldsOf(fields.delta), fields.index);
      case 'message_delta':
        return this.#end(fieldsOf(fields.delta), fieldsOf(fields.usage));
      default:
        return undefined;
    }
  }

  #start(block: Fields, index: unknown): Fields | undefined {
    if (block.type === 'tool_use') this.#calls.set(index, this.#calls.size);
    const { content, reasoning, tool_calls: calls } = messageOf([block]);
    if (calls !== undefined) {
      return chunkOf({ tool_calls: fieldsIn(calls).map((call) => ({ ...call, index: this.#calls.get(index) })) });
    }
    if (reasoning !== undefined) return chunkOf({ reasoning });
    return content === '' ? undefined : chunkOf({ content });
  }

  #add({ type, text, thinking, partial_json: json }: Fields, index: unknown): Fields | undefined {
    if (type === 'text_delta') return chunkOf({ content: text });
    if (type === 'thinking_delta') return chunkOf({ reasoning: thinking });
    const call = this.#calls.get(index);
    if (type !== 'input_json_delta' || call === undefined) return undefined;
    return chunkOf({ tool_calls: [{ index: call, function: { arguments: json } }] });
  }

  #end(delta: Fields, usage: Fields): Fields {
    for (const [name, value] of Object.entries(usage)) {
      if (value !== null) this.#usage = { ...this.#usage, [name]: value };
    }
    const end = endOf(delta);
    const usageIfOver = end.finish_reason === null ? {} : usageOf(this.#usage);
    return { ...this.#model, choices: [{ index: 0, delta: {}, ...end }], ...usageIfOver };
  }
}

const chunkOf = (delta: Fields): Fields => ({ choices: [{ index: 0, delta, finish_reason: null }] });

const messageOf = (blocks: readonly Fields[]): Fields => {
  const text = blocks.map((block) => (block.type === 'text' ? (block.text ?? '') : '')).join('');
  const reasoning = blocks.map((block) => (block.type === 'thinking' ? (block.thinking ?? '') : '')).join('');
  const calls = blocks.filter(({ type }) => type === 'tool_use').map(callOf);
  const others = blocks.filter(({ type }) => !TEXTS.has(type) && type !== 'tool_use').map(({ type }) => ({ type }));
  return {
    content: text === '' && others.length > 0 ? others : text,
    ...(reasoning === '' ? {} : { reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
};

const callOf = ({ id, name, input }: Fields): Fields => ({
  id,
  type: 'function',
  function: { name, arguments: isFields(input) && Object.keys(input).length > 0 ? JSON.stringify(input) : '' },
});

/** The stop sequence stands where vLLM names it. */
const endOf = ({ stop_reason: reason, stop_sequence: sequence }: Fields): Fields => ({
  finish_reason: typeof reason === 'string' ? (FINISH_REASONS[reason] ?? reason) : null,
  ...(typeof sequence === 'string' ? { stop_reason: sequence } : {}),
});

const modelOf = ({ model }: Fields): Fields => (typeof model === 'string' ? { model } : {});

/** Anthropic counts tokens from a cache beside the others. */
const usageOf = (usage: Fields): Fields => {
  const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens } = usage;
  if (typeof input_tokens !== 'number' && typeof output_tokens !== 'number') return {};
  const cached = countOf(cache_read_input_tokens);
  const prompt = countOf(input_tokens) + cached + countOf(cache_creation_input_tokens);
  return {
    usage: {
      prompt_tokens: prompt,
      completion_tokens: countOf(output_tokens),
      total_tokens: prompt + countOf(output_tokens),
      prompt_tokens_details: { cached_tokens: cached },
    },
  };
};

const countOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0);
