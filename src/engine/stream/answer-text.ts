type Fields = Readonly<Record<string, unknown>>;

interface Call {
  name: string;
  arguments: string;
}

interface Spoken {
  text: string;
  readonly calls: Map<number, Call>;
}

/** What an answer says, put together from whole answers or from chunks of one: text and tool calls of each choice. */
export class AnswerText {
  readonly #choices = new Map<number, Spoken>();
  /** Characters so far. */
  length = 0;

  /** An answer or a chunk that was parsed from JSON; anything else says nothing. */
  take(value: unknown): void {
    for (const [place, each] of list(fields(value).choices).entries()) {
      const choice = fields(each);
      const index = typeof choice.index === 'number' ? choice.index : place;
      const spoken = this.#choices.get(index) ?? { text: '', calls: new Map() };
      this.#choices.set(index, spoken);
      this.#add(spoken, fields(choice.delta ?? choice.message ?? choice));
    }
  }

  /** For people: a tool call is `name(arguments)`; a blank line parts choices. */
  get text(): string {
    return [...this.#choices.values()]
      .map(({ text, calls }) =>
        [text, ...[...calls.values()].map((call) => `${call.name}(${call.arguments})`)].filter(Boolean).join('\n'),
      )
      .join('\n\n')
      .trim();
  }

  #add(spoken: Spoken, { content, refusal, text, tool_calls: calls }: Fields): void {
    const parts = Array.isArray(content) ? content.map((part) => fields(part).text) : [content];
    for (const part of [...parts, refusal, text]) {
      if (typeof part !== 'string') continue;
      spoken.text += part;
      this.length += part.length;
    }
    for (const [place, each] of list(calls).entries()) {
      const { index = place, function: called } = fields(each);
      const { name, arguments: given } = fields(called);
      const call = spoken.calls.get(Number(index)) ?? { name: '', arguments: '' };
      spoken.calls.set(Number(index), call);
      if (typeof name === 'string') call.name ||= name;
      if (typeof given !== 'string') continue;
      call.arguments += given;
      this.length += given.length;
    }
  }
}

const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
