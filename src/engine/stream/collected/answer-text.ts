import { type Fields, fieldsOf } from '../../../plugin/fields.js';

interface ToolCall {
  name: string;
  arguments: string;
}

interface ChoiceText {
  text: string;
  readonly calls: Map<number, ToolCall>;
}

/** Collects the text and the tool calls of each choice, from whole answers or from chunks of a stream. */
export class AnswerText {
  readonly #choices = new Map<number, ChoiceText>();
  /** Characters so far. */
  length = 0;

  /** Adds an answer or a chunk that was parsed from JSON. Ignores anything else. */
  add(value: unknown): void {
    for (const [position, each] of listOf(fieldsOf(value).choices).entries()) {
      const choice = fieldsOf(each);
      const index = typeof choice.index === 'number' ? choice.index : position;
      const known = this.#choices.get(index) ?? { text: '', calls: new Map() };
      this.#choices.set(index, known);
      this.#addMessage(known, fieldsOf(choice.delta ?? choice.message ?? choice));
    }
  }

  /** The answer for people to read: a tool call is `name(arguments)`, and a blank line separates choices. */
  get text(): string {
    return [...this.#choices.values()]
      .map(({ text, calls }) =>
        [text, ...[...calls.values()].map((call) => `${call.name}(${call.arguments})`)].filter(Boolean).join('\n'),
      )
      .join('\n\n')
      .trim();
  }

  #addMessage(choice: ChoiceText, { content, refusal, text, tool_calls: calls }: Fields): void {
    const parts = Array.isArray(content) ? content.map((part) => fieldsOf(part).text) : [content];
    for (const part of [...parts, refusal, text]) {
      if (typeof part !== 'string') continue;
      choice.text += part;
      this.length += part.length;
    }
    for (const [position, each] of listOf(calls).entries()) {
      const { index = position, function: called } = fieldsOf(each);
      const { name, arguments: part } = fieldsOf(called);
      const call = choice.calls.get(Number(index)) ?? { name: '', arguments: '' };
      choice.calls.set(Number(index), call);
      if (typeof name === 'string') call.name ||= name;
      if (typeof part !== 'string') continue;
      call.arguments += part;
      this.length += part.length;
    }
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
