import { type Fields, isFields } from '../fields.js';
import { type EndCause, endCauseOf } from './finish-reasons.js';

/** A piece of an answer, in the order in which it came. */
export interface AnswerPart {
  readonly kind: 'reasoning' | 'text' | 'refusal';
  readonly text: string;
}

/** A whole tool call. */
export interface AnswerCall {
  /** As the provider gave it; empty if it gave none. */
  readonly id: string;
  readonly name: string;
  /** JSON, as the model wrote it; `{}` if it wrote nothing. */
  readonly arguments: string;
  /** Other fields of the call, such as `extra_content` with a signature. */
  readonly extra: Fields;
}

/** Tokens, as a provider reports them or as 429chain estimates them. */
export interface AnswerUsage {
  /** Tokens of the prompt, those from a cache included. */
  readonly input: number;
  /** Tokens of the answer, its reasoning included. */
  readonly output: number;
  readonly cached: number;
  readonly reasoning: number;
}

interface OpenCall {
  id: string;
  name: string;
  arguments: string;
  extra: Fields;
}

/**
 * Reads a chat completion: its chunks one after the other, or a whole one. Text and reasoning are returned as they come;
 * tool calls are collected until the answer is over. All choices count as one answer.
 */
export class ChatAnswerReader {
  readonly #calls: OpenCall[] = [];
  #usage: AnswerUsage | undefined;
  #model: string | undefined;
  #endCause: EndCause | undefined;
  #stopSequence: string | undefined;

  /** Takes a chunk or a whole answer. Returns the parts that it adds, reasoning before text. */
  take(chunk: Fields): readonly AnswerPart[] {
    if (typeof chunk.model === 'string' && chunk.model !== '') this.#model ??= chunk.model;
    this.#usage = usageIn(chunk) ?? this.#usage;
    const choices = listIn(chunk.choices);
    if (choices.length === 1) return this.#takeChoice(choices[0] as Fields);
    return choices.flatMap((choice) => this.#takeChoice(choice));
  }

  /** The tool calls so far. They are whole once the answer is over. */
  get calls(): readonly AnswerCall[] {
    return this.#calls.map((call) => ({ ...call, arguments: call.arguments.trim() === '' ? '{}' : call.arguments }));
  }

  /** The usage that was reported last. */
  get usage(): AnswerUsage | undefined {
    return this.#usage;
  }

  /** The model that answers, as the provider names it. */
  get model(): string | undefined {
    return this.#model;
  }

  /** Why the answer is over, apart from its own end. */
  get endCause(): EndCause | undefined {
    return this.#endCause;
  }

  /** The stop sequence that ended the answer, where the provider names it, as vLLM does. */
  get stopSequence(): string | undefined {
    return this.#stopSequence;
  }

  #takeChoice(choice: Fields): AnswerPart[] {
    this.#endCause = endCauseOf(choice.finish_reason) ?? this.#endCause;
    if (typeof choice.stop_reason === 'string') this.#stopSequence = choice.stop_reason;
    const message = choice.delta ?? choice.message;
    if (!isFields(message)) return [];
    for (const [position, call] of listIn(message.tool_calls).entries()) this.#takeCall(call, position);
    const parts: AnswerPart[] = [];
    const add = (kind: AnswerPart['kind'], text: unknown): void => {
      if (typeof text === 'string' && text !== '') parts.push({ kind, text });
    };
    // Some providers send the same reasoning under both names.
    add('reasoning', message.reasoning_content || message.reasoning);
    if (typeof message.content === 'string') add('text', message.content);
    else for (const each of listIn(message.content)) add(each.type === 'thinking' ? 'reasoning' : 'text', textOf(each));
    add('refusal', message.refusal);
    return parts;
  }

  #takeCall({ index, id, type: _, function: called, ...extra }: Fields, position: number): void {
    const { name, arguments: text } = isFields(called) ? called : {};
    const at = typeof index === 'number' ? index : position;
    this.#calls[at] ??= { id: '', name: '', arguments: '', extra: {} };
    const call = this.#calls[at];
    if (typeof id === 'string' && id !== '') call.id = id;
    if (typeof name === 'string' && name !== '') call.name = name;
    if (Object.keys(extra).length > 0) call.extra = { ...call.extra, ...extra };
    if (typeof text === 'string') call.arguments += text;
    else if (isFields(text)) call.arguments += JSON.stringify(text);
  }
}

const textOf = (part: Fields): unknown => {
  const { text, thinking } = part;
  return Array.isArray(thinking)
    ? thinking.map((each) => (isFields(each) ? each.text : '')).join('')
    : (text ?? thinking);
};

const usageIn = ({ usage }: Fields): AnswerUsage | undefined => {
  if (!isFields(usage)) return undefined;
  const input = countOf(usage.prompt_tokens);
  const total = countOf(usage.total_tokens);
  const reasoning = countOf(detailOf(usage.completion_tokens_details, 'reasoning_tokens'));
  const output = countOf(usage.completion_tokens);
  return {
    input,
    // Some providers count reasoning beside `completion_tokens`; the total tells.
    output: total === input + output + reasoning ? output + reasoning : output,
    cached: countOf(detailOf(usage.prompt_tokens_details, 'cached_tokens') ?? usage.prompt_cache_hit_tokens),
    reasoning,
  };
};

const detailOf = (details: unknown, name: string): unknown => (isFields(details) ? details[name] : undefined);

const countOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0);

const listIn = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);
