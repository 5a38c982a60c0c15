import { send } from './client.js';

/** What came of a prompt beside its words. */
export interface Answered {
  /** The target that served it. */
  readonly target: string;
  readonly durationMs: number;
}

/**
 * Sends a prompt through a chain, as a caller would, and tells its words as they come.
 * @throws ApiError where no target served it, with `details.targets` · Error where the stream broke
 */
export const sendPrompt = async (
  chain: string,
  prompt: string,
  onWords: (words: string) => void,
  signal: AbortSignal,
): Promise<Answered> => {
  const began = performance.now();
  const response = await send('/admin/api/chat', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: chain, stream: true, messages: [{ role: 'user', content: prompt }] }),
    signal,
  });
  const target = response.headers.get('x-429chain-target') ?? '';
  if (response.body !== null) for await (const data of eventsOf(response.body)) onWords(wordsIn(data));
  return { target, durationMs: performance.now() - began };
};

/** The `data` of each server-sent event. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    const lines = (rest + (value ?? '')).split(/\r?\n/);
    rest = done ? '' : (lines.pop() ?? '');
    for (const line of lines) if (line.startsWith('data:')) yield line.slice(5).trim();
    if (done) return;
  }
}

const wordsIn = (data: string): string => {
  if (data === '[DONE]') return '';
  const { error, choices } = JSON.parse(data);
  if (error !== undefined) throw new Error(String(error.message));
  return choices?.[0]?.delta?.content ?? '';
};
