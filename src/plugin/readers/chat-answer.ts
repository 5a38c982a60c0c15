import { type Fields, fieldsIn, isFields } from '../fields.js';
import { type EndCause, endCauseOf } from './finish-reasons.js';

/** A piece of an answer, in the order in which it came. */
export interface AnswerPart {
  readonly kind: 'reasoning' | 'text' | 'refusal';
  readonly text: string;
  /** How likely each token of a text was, where the provider says it. */
  readonly logprobs?: readonly Fields[];
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
  /** By choice and index, in the order in which they began. */
  readonly #calls = new Map<string, OpenCall>();
  readonly #citations: Fields[] = [];
  #usage: AnswerUsage | undefined;
  #model: string | undefined;
  #endCause: EndCause | undefined;
  #stopSequence: string | undefined;

  /** Takes a chunk or a whole answer. Returns the parts that it adds, reasoning before text. */
  take(chunk: Fields): readonly AnswerPart[] {
    if (typeof chunk.model === 'string' && chunk.model !== '') this.#model ??= chunk.model;
    this.#usage = usageIn(chunk) ?? this.#usage;
    const { choices: given } = chunk;
    if (Array.isArray(given) && given.length === 1 && isFields(given[0])) return this.#takeChoice(given[0], 0);
    const choices = fieldsIn(given);
    return choices.flatMap((choice, position) => this.#takeChoice(choice, position));
  }

  /** The tool calls so far. They are whole once the answer is over. */
  get calls(): readonly AnswerCall[] {
    return [...this.#calls.values()].map((call) => ({
      ...call,
      arguments: call.arguments.trim() === '' ? '{}' : call.arguments,
    }));
  }

  /** A tool call has begun. */
  get hasCalls(): boolean {
    return this.#calls.size > 0;
  }

  /** The web pages that the answer cites so far, as `url_citation` objects of chat completions. */
  get citations(): readonly Fields[] {
    return this.#citations;
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

  #takeChoice(choice: Fields, choicePosition: number): AnswerPart[] {
    this.#endCause = endCauseOf(choice.finish_reason) ?? this.#endCause;
    if (typeof choice.stop_reason === 'string') this.#stopSequence = choice.stop_reason;
    const message = choice.delta ?? choice.message;
    if (!isFields(message)) return [];
    if (message.tool_calls != null || message.function_call != null) this.#takeCalls(choice, message, choicePosition);
    if (message.annotations != null) this.#takeCitations(message.annotations);
    const parts: AnswerPart[] = [];
    // Some providers send the same reasoning under both names.
    add(parts, 'reasoning', message.reasoning_content || message.reasoning || detailsOf(message.reasoning_details));
    if (typeof message.content === 'string') {
      add(parts, 'text', message.content, isFields(choice.logprobs) ? fieldsIn(choice.logprobs.content) : undefined);
    } else if (Array.isArray(message.content)) {
      for (const each of fieldsIn(message.content))
        add(parts, each.type === 'thinking' ? 'reasoning' : 'text', textOf(each));
    }
    add(parts, 'refusal', message.refusal);
    return parts;
  }

  #takeCalls(choice: Fields, message: Fields, choicePosition: number): void {
    // Only pieces of an answer are told apart by indexes. What is whole comes once, and some providers number it with zeros.
    const isPiece = isFields(choice.delta);
    const choiceAt = isPiece ? (choice.index ?? choicePosition) : choicePosition;
    for (const [position, call] of fieldsIn(message.tool_calls).entries()) {
      this.#takeCall(call, `${choiceAt}:${isPiece && typeof call.index === 'number' ? call.index : position}`);
    }
    // The form of chat completions before there were parallel calls.
    if (isFields(message.function_call)) this.#takeCall({ function: message.function_call }, `${choiceAt}:`);
  }

  #takeCitations(annotations: unknown): void {
    for (const { url_citation: citation } of fieldsIn(annotations)) {
      if (isFields(citation)) this.#citations.push(citation);
    }
  }

  #takeCall({ index: _, id, type: __, function: called, ...extra }: Fields, key: string): void {
    const { name, arguments: text } = isFields(called) ? called : {};
    const call = this.#calls.get(key) ?? { id: '', name: '', arguments: '', extra: {} };
    this.#calls.set(key, call);
    if (typeof id === 'string' && id !== '') call.id = id;
    if (typeof name === 'string' && name !== '') call.name = name;
    if (Object.keys(extra).length > 0) call.extra = { ...call.extra, ...extra };
    if (typeof text === 'string') call.arguments += text;
    else if (isFields(text)) call.arguments += JSON.stringify(text);
  }
}

const add = (parts: AnswerPart[], kind: AnswerPart['kind'], text: unknown, logprobs?: readonly Fields[]): void => {
  if (typeof text !== 'string' || text === '') return;
  parts.push(logprobs === undefined ? { kind, text } : { kind, text, logprobs });
};

/** The reasoning of a message that has it nowhere else. Encrypted reasoning has no text. */
const detailsOf = (details: unknown): string | undefined =>
  details === undefined ? undefined : textsOf(fieldsIn(details));

const textsOf = (details: readonly Fields[]): string =>
  details
    .map(({ text, summary }) => text ?? summary)
    .filter((text) => typeof text === 'string')
    .join('');

const textOf = (part: Fields): unknown => {
  const { text, thinking } = part;
  return Array.isArray(thinking)
    ? thinking.map((each) => (isFields(each) ? each.text : '')).join('')
    : (text ?? thinking);
};

const usageIn = ({ usage: given, x_groq: groq }: Fields): AnswerUsage | undefined => {
  const usage = given ?? (isFields(groq) ? groq.usage : undefined);
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

/** Clients require a whole number. */
const countOf = (value: unknown): number =>
  typeof value === 'number' && value > 0 ? Math.min(Math.round(value), MOST_TOKENS) : 0;

/** The sum of two stays a whole number. */
const MOST_TOKENS = 1e15;
