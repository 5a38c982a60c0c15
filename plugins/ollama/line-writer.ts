import {
  type AnswerCall,
  type AnswerWriter,
  ChainError,
  ChatAnswerReader,
  type Fields,
  isFields,
  type Refusal,
} from '429chain/plugin';

const NS_PER_MS = 1e6;

/** What an answer needs to know about its request. */
export interface LineOptions {
  /** The `model` of the request, where the provider names none. */
  readonly model: string;
  readonly showsThinking: boolean;
  /** When the request came, epoch ms. */
  readonly startedAt: number;
  readonly now: () => number;
  /** Estimates the tokens of messages. */
  readonly countTokens: (messages: readonly Fields[]) => number;
  readonly messages: readonly Fields[];
  /** Returns the fields that carry a piece of the answer: `message` for a chat, `response` for a completion. */
  readonly carry: (piece: Piece) => Fields;
}

/** A piece of an answer. */
export interface Piece {
  readonly text?: string;
  readonly thinking?: string;
  readonly calls?: readonly Fields[];
}

/** Writes an answer as Ollama does: one JSON object per line, the tool calls last, and a line with the durations at the end. */
export class LineWriter implements AnswerWriter {
  readonly #options: LineOptions;
  readonly #reader = new ChatAnswerReader();
  #text = '';
  #thinking = '';
  #firstAt: number | undefined;
  #last: Fields | undefined;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  take(chunk: Fields): string {
    let lines = '';
    for (const { kind, text } of this.#reader.take(chunk)) {
      this.#firstAt ??= this.#options.now();
      if (kind !== 'reasoning') {
        this.#text += text;
        lines += this.#line({ text });
      } else if (this.#options.showsThinking) {
        this.#thinking += text;
        lines += this.#line({ thinking: text });
      }
    }
    return lines;
  }

  end(): string {
    const calls = this.#calls();
    const last = { done: true, done_reason: DONE[this.#reader.endCause ?? 'calls'], ...this.#numbers(calls) };
    this.#last = { ...this.#head(), ...this.#options.carry(this.#piece(calls)), ...last };
    const line = calls.length === 0 ? '' : this.#line({ calls });
    return line + jsonLine({ ...this.#head(), ...this.#options.carry({}), ...last });
  }

  fail({ error }: Refusal): string {
    return jsonLine({ error: error.message });
  }

  whole(): Fields {
    if (this.#last === undefined) throw new Error('The answer is not over.');
    return this.#last;
  }

  #line(piece: Piece): string {
    return jsonLine({ ...this.#head(), ...this.#options.carry(piece), done: false });
  }

  #head(): Fields {
    const { model, now } = this.#options;
    return { model: this.#reader.model ?? model, created_at: new Date(now()).toISOString() };
  }

  #piece(calls: readonly Fields[]): Piece {
    return {
      text: this.#text,
      ...(this.#thinking === '' ? {} : { thinking: this.#thinking }),
      ...(calls.length === 0 ? {} : { calls }),
    };
  }

  /**
   * A call that was cut off because the answer became too long is left out: its arguments are no object.
   * @throws ChainError `upstream_failed` for arguments that are no object for another reason
   */
  #calls(): readonly Fields[] {
    const { calls, endCause } = this.#reader;
    const isTruncated = endCause === 'length' || endCause === 'context';
    return calls.flatMap((call) => {
      const args = argumentsOf(call);
      if (args !== undefined) return [{ function: { name: call.name, arguments: args } }];
      if (isTruncated) return [];
      throw new ChainError('upstream_failed', `The provider broke off inside a call of "${call.name}".`);
    });
  }

  #numbers(calls: readonly Fields[]): Fields {
    const { startedAt, now, countTokens, messages } = this.#options;
    const end = now();
    // An answer that came in one piece does not say when its first token was made.
    const first = this.#firstAt === undefined || this.#firstAt === end ? startedAt : this.#firstAt;
    const { usage } = this.#reader;
    const answer = this.#text + this.#thinking + (calls.length === 0 ? '' : JSON.stringify(calls));
    return {
      total_duration: nanoseconds(end - startedAt),
      load_duration: 0,
      prompt_eval_count: usage?.input ?? countTokens(messages),
      prompt_eval_duration: nanoseconds(first - startedAt),
      eval_count: usage?.output ?? countTokens([{ role: 'assistant', content: answer }]),
      eval_duration: nanoseconds(end - first),
    };
  }
}

const DONE = { length: 'length', context: 'length', filter: 'content_filter', calls: 'stop' } as const;

/** At least 1: clients divide by it. */
const nanoseconds = (ms: number): number => Math.max(1, Math.round(ms * NS_PER_MS));

const argumentsOf = ({ arguments: text }: AnswerCall): Fields | undefined => {
  const value = parsed(text);
  // Some models encode their arguments twice.
  const inner = typeof value === 'string' ? parsed(value) : value;
  return isFields(inner) ? inner : undefined;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** One line of an answer. */
export const jsonLine = (value: Fields): string => `${JSON.stringify(value)}\n`;
