import { ApiError, send } from '../server/client.js';

/** Tokens as counted by the provider. */
interface ChatUsage {
  readonly prompt: number;
  readonly completion: number;
}

/** An answer, possibly partial. */
export interface Answer {
  readonly text: string;
  /** The reasoning before the answer. */
  readonly reasoning: string;
  /** Tool calls, each as `name(arguments)`. */
  readonly calls: readonly string[];
  /** The target of the current text. */
  readonly target: string;
  /** Comments of the proxy, such as that another target continued the answer. */
  readonly notes: readonly string[];
  readonly usage?: ChatUsage;
  /** From the request to the first token; absent without streaming. */
  readonly firstTokenMs?: number;
  /** Since the request was sent. */
  readonly durationMs: number;
}

const NOTHING: Answer = { text: '', reasoning: '', calls: [], target: '', notes: [], durationMs: 0 };

/** A request id that the page knows in advance. The browser may lack `randomUUID`. */
export const requestId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * Sends a chat request as a client does, and reports the answer while it grows. `id` is its id in the log.
 * @throws ApiError with `details.targets` if no target served it · Error if the answer broke off · AbortError
 */
export const sendChat = async (
  id: string,
  body: Readonly<Record<string, unknown>>,
  onAnswer: (answer: Answer) => void,
  signal: AbortSignal,
): Promise<Answer> => {
  const began = performance.now();
  const response = await send('/admin/api/chat', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': id },
    body: JSON.stringify(body),
    signal,
  });
  const collector = new Collector(decodeURI(response.headers.get('x-429chain-target') ?? ''), began, onAnswer);
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
    collector.take(await response.json(), false);
    return collector.answer;
  }
  let whole = false;
  for await (const line of linesOf(response, signal)) {
    if (line.startsWith(': 429chain:')) collector.note(line.slice(11).trim());
    if (!line.startsWith('data:')) continue;
    const data = line.slice(5).trim();
    if (data === '[DONE]') whole = true;
    else collector.take(JSON.parse(data), true);
  }
  if (!whole) throw new Error('The answer broke off.');
  return collector.answer;
};

async function* linesOf({ body }: Response, signal: AbortSignal): AsyncGenerator<string> {
  if (body === null) return;
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read().catch((cause: Error) => {
      if (signal.aborted) throw cause;
      throw new ApiError('The connection broke in the midst of the answer.', 0, 'offline');
    });
    const lines = (rest + (value ?? '')).split(/\r?\n/);
    rest = done ? '' : (lines.pop() ?? '');
    yield* lines;
    if (done) return;
  }
}

/** The fields of a chat completion or a chunk that the page reads. */
interface Completion {
  readonly error?: { readonly message?: unknown };
  readonly choices?: readonly { readonly delta?: Said; readonly message?: Said }[];
  readonly usage?: { readonly prompt_tokens?: number; readonly completion_tokens?: number } | null;
}

interface Said {
  readonly content?: string | null;
  readonly refusal?: string | null;
  readonly reasoning?: string | null;
  readonly reasoning_content?: string | null;
  readonly tool_calls?: readonly {
    readonly index?: number;
    readonly function?: { readonly name?: string; readonly arguments?: string };
  }[];
}

class Collector {
  answer: Answer;
  readonly #calls: { name: string; arguments: string }[] = [];
  readonly #began: number;
  readonly #onAnswer: (answer: Answer) => void;

  constructor(target: string, began: number, onAnswer: (answer: Answer) => void) {
    this.answer = { ...NOTHING, target };
    this.#began = began;
    this.#onAnswer = onAnswer;
    this.#tell({});
  }

  /** @throws Error for a completion with an error */
  take({ error, choices, usage }: Completion, isChunk: boolean): void {
    if (error !== undefined)
      throw new Error(String(error.message ?? 'The provider failed in the midst of the answer.'));
    const said = choices?.[0]?.delta ?? choices?.[0]?.message ?? {};
    const text = said.content ?? said.refusal ?? '';
    const reasoning = said.reasoning ?? said.reasoning_content ?? '';
    this.#addCalls(said);
    const speaks = text !== '' || reasoning !== '' || said.tool_calls !== undefined;
    this.#tell({
      text: this.answer.text + text,
      reasoning: this.answer.reasoning + reasoning,
      calls: this.#calls.map((call) => `${call.name}(${call.arguments})`),
      ...(usage == null
        ? {}
        : { usage: { prompt: usage.prompt_tokens ?? 0, completion: usage.completion_tokens ?? 0 } }),
      ...(isChunk && speaks && this.answer.firstTokenMs === undefined ? { firstTokenMs: this.#elapsedMs() } : {}),
    });
  }

  note(note: string): void {
    const continues = /, (\S+) continues$/.exec(note)?.[1];
    const target = continues === undefined ? this.answer.target : decodeURI(continues);
    this.#tell({ notes: [...this.answer.notes, decodeURI(note)], target });
  }

  #addCalls({ tool_calls: calls = [] }: Said): void {
    for (const [place, { index = place, function: called }] of calls.entries()) {
      const call = this.#calls[index] ?? { name: '', arguments: '' };
      this.#calls[index] = call;
      call.name += called?.name ?? '';
      call.arguments += called?.arguments ?? '';
    }
  }

  #elapsedMs(): number {
    return performance.now() - this.#began;
  }

  #tell(news: Partial<Answer>): void {
    this.answer = { ...this.answer, ...news, durationMs: this.#elapsedMs() };
    this.#onAnswer(this.answer);
  }
}
