type Fields = Readonly<Record<string, unknown>>;

/** What a simulated model answers. */
export interface ModelAnswer {
  readonly text?: string;
  readonly reasoning?: string;
  readonly calls?: readonly { readonly name: string; readonly arguments: Fields }[];
  /** Goes on until the caller leaves. */
  readonly endless?: boolean;
  /** Breaks off after the first half of its text. */
  readonly breaksOff?: boolean;
  readonly refusal?: { readonly status: number; readonly message: string };
}

/** A text that can only be continued correctly by a model that knows how it began. */
export const LONG_TEXT =
  'The water of the first basin flows over its edge into the second basin, and from there into the third one, until a basin has room for it. Nothing is lost on the way, and every basin fills again by itself after some time.';

const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? (value as Fields[]) : []);

const textOf = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : listOf(content)
        .map(({ text }) => (typeof text === 'string' ? text : ''))
        .join('\n');

const CITIES = ['Paris', 'Rome', 'Oslo'];

const OBJECT = { city: 'Paris', degrees: 21 };

/** Commands that agents run in a shell, by the names and the fields of their tools. */
const SHELLS: readonly { readonly name: string; readonly arguments: (command: string) => Fields }[] = [
  { name: 'exec_command', arguments: (cmd) => ({ cmd }) },
  { name: 'shell', arguments: (command) => ({ command: ['bash', '-lc', command] }) },
  { name: 'shell_command', arguments: (command) => ({ command }) },
  { name: 'Bash', arguments: (command) => ({ command, description: 'Writes a file' }) },
];

/**
 * Decides what the simulated model answers to a chat completion: by words in the last message of the user, by the tools, and
 * by what the tools returned.
 */
export const answerTo = (body: Fields, breaks: boolean): ModelAnswer => {
  const messages = listOf(body.messages);
  const last = messages.at(-1);
  const asked = textOf(messages.findLast(({ role, content }) => role === 'user' && textOf(content) !== '')?.content);
  const tools = listOf(body.tools).map((tool) => String((tool.function as Fields | undefined)?.name));
  const begun = messages.findLast(({ role }) => role === 'assistant')?.content;
  if (typeof begun === 'string' && begun !== '' && LONG_TEXT.startsWith(begun.trim())) {
    return { text: LONG_TEXT.slice(begun.trim().length).trimStart() };
  }
  const results = messages.slice(messages.findLastIndex(({ role }) => role === 'assistant') + 1);
  if (last?.role === 'tool') {
    return {
      text: `The tools say: ${results
        .filter(({ role }) => role === 'tool')
        .map(({ content }) => textOf(content))
        .join(' and ')}`,
    };
  }
  const cities = CITIES.filter((city) => asked.includes(`weather in ${city}`) || asked.includes(`and ${city}`));
  const weather = tools.find((name) => /weather/i.test(name));
  if (weather !== undefined && cities.length > 0) {
    return { text: 'I ask for it.', calls: cities.map((city) => ({ name: weather, arguments: { city } })) };
  }
  const command = /write a file named (\w+\.txt)/i.exec(asked)?.[1];
  const shell = SHELLS.find(({ name }) => tools.includes(name));
  if (command !== undefined && shell !== undefined) {
    return { calls: [{ name: shell.name, arguments: shell.arguments(`echo done > ${command}`) }] };
  }
  // The AI SDK asks for an object by a tool that must be called.
  if (tools.length === 1 && tools[0] === 'json') return { calls: [{ name: 'json', arguments: OBJECT }] };
  if (body.response_format !== undefined) return { text: JSON.stringify(OBJECT) };
  if (JSON.stringify(messages).includes('"image_url"')) return { text: 'I see a picture.' };
  if (asked.includes('be refused')) return { refusal: { status: 400, message: 'The simulated model refuses this.' } };
  if (asked.includes('count for ever')) return { endless: true };
  if (asked.includes('tell the story')) return breaks ? { text: LONG_TEXT, breaksOff: true } : { text: LONG_TEXT };
  return { text: 'Hello from the model.', reasoning: 'A greeting.' };
};
