import { type Fields, must } from './bench.js';

interface Choice {
  readonly index?: number;
  readonly delta?: { readonly content?: unknown; readonly tool_calls?: readonly Fields[] };
  readonly finish_reason?: unknown;
}

/** A tool call, assembled from its parts. */
export interface AssembledCall {
  id: string;
  name: string;
  arguments: string;
}

/** Reads a stream as an OpenAI SDK does. */
export class StreamReader {
  text = '';
  finish: unknown;
  usage: Fields | undefined;
  error: unknown;
  done = false;
  readonly calls: AssembledCall[] = [];
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #rest = '';

  constructor(response: Response) {
    must(response.ok, `The client got status ${response.status} instead of a stream.`);
    this.#reader = (response.body as ReadableStream<Uint8Array>).getReader();
  }

  /** Reads until `enough` returns true, or to the end. */
  async read(enough: () => boolean = () => false): Promise<this> {
    while (!enough()) {
      const { done, value } = await this.#reader.read();
      if (done) break;
      const frames = (this.#rest + this.#decoder.decode(value, { stream: true })).split('\n\n');
      this.#rest = frames.pop() ?? '';
      for (const frame of frames) this.#take(frame);
    }
    return this;
  }

  #take(frame: string): void {
    const data = frame.split('\n').flatMap((line) => (line.startsWith('data:') ? [line.slice(5).trim()] : []));
    if (data.length === 0) return;
    if (data[0] === '[DONE]') {
      this.done = true;
      return;
    }
    const chunk = JSON.parse(data.join('\n')) as Fields;
    this.error ??= chunk.error;
    if (chunk.usage) this.usage = chunk.usage as Fields;
    for (const { delta, finish_reason: finish } of (chunk.choices ?? []) as Choice[]) {
      this.finish = finish ?? this.finish;
      if (typeof delta?.content === 'string') this.text += delta.content;
      for (const part of delta?.tool_calls ?? []) this.#takeCall(part);
    }
  }

  #takeCall(part: Fields): void {
    must(typeof part.index === 'number', 'A part of a tool call has no index: SDKs cannot assemble the call.');
    const delta = (part.function ?? {}) as { name?: string; arguments?: string };
    this.calls[part.index] ??= { id: '', name: '', arguments: '' };
    const call = this.calls[part.index] as AssembledCall;
    call.id ||= (part.id as string | undefined) ?? '';
    call.name += delta.name ?? '';
    call.arguments += delta.arguments ?? '';
  }
}
