import { ApiError, send } from '../server/client.js';
import { type Answer, AnswerBuilder } from './answer.js';
import type { Attachment } from './conversation.js';
import { isFields } from './fields.js';
import type { PlaygroundProtocol } from './protocol.js';
import type { PlaygroundRequest } from './protocols.js';

/** Clients and the admin have the same endpoints, the admin's without a client key. */
const ADMIN_API = '/admin/api';

/** A request id that the page knows in advance. The browser may lack `randomUUID`. */
export const requestId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * Sends a request as a client does, and reports the answer while it grows. `id` is its id in the log.
 * @throws ApiError with `details.targets` if no target served it · Error if the answer broke off · AbortError
 */
export const sendRequest = async (
  protocol: PlaygroundProtocol,
  id: string,
  request: PlaygroundRequest,
  onAnswer: (answer: Answer) => void,
  signal: AbortSignal,
): Promise<Answer> => {
  const began = performance.now();
  const response = await send(`${ADMIN_API}${protocol.path}`, {
    ...(await contentOf(request, id)),
    method: 'POST',
    signal,
  });
  const into = new AnswerBuilder(decodeURI(response.headers.get('x-429chain-target') ?? ''), began);
  onAnswer(into.answer);
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream')) await readStream(response, protocol, into, onAnswer, signal);
  else await readWhole(response, type, protocol, into);
  return into.answer;
};

const contentOf = async ({ body, file }: PlaygroundRequest, id: string): Promise<RequestInit> => {
  const headers = { 'x-request-id': id };
  if (file === undefined) {
    return { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
  }
  const form = new FormData();
  for (const [name, value] of Object.entries(body))
    form.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  form.set('file', blobOf(file), file.name);
  return { headers: { ...headers, 'x-requested-with': '429chain' }, body: form };
};

/** Without `fetch`: the page's policy allows no `data:` connections. */
const blobOf = ({ url, type }: Attachment): Blob => {
  const bytes = Uint8Array.from(atob(url.slice(url.indexOf(',') + 1)), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type });
};

const readWhole = async (
  response: Response,
  type: string,
  protocol: PlaygroundProtocol,
  into: AnswerBuilder,
): Promise<void> => {
  if (!/\bjson\b|^text\//.test(type)) {
    const sound = await response.blob();
    into.raw(`${type}, ${sound.size} bytes`);
    into.result({ kind: 'sound', sound });
    return;
  }
  const text = await response.text();
  into.raw(text);
  protocol.whole(type.startsWith('text/') ? text : JSON.parse(text), into);
};

const readStream = async (
  response: Response,
  protocol: PlaygroundProtocol,
  into: AnswerBuilder,
  onAnswer: (answer: Answer) => void,
  signal: AbortSignal,
): Promise<void> => {
  into.startStream();
  let isWhole = false;
  for await (const lines of linesOf(response, signal)) {
    into.raw(`${lines.join('\n')}\n`);
    for (const line of lines) {
      if (line.startsWith(': 429chain:')) into.note(line.slice(11).trim());
      if (!line.startsWith('data:')) continue;
      const data = line.slice(5).trim();
      const event: unknown = data === '[DONE]' ? undefined : JSON.parse(data);
      const isLast = isFields(event) ? protocol.event?.(event, into) : true;
      isWhole ||= isLast === true;
    }
    onAnswer(into.answer);
  }
  if (!isWhole) throw new Error('The answer broke off.');
};

/** The lines of a response, as they come. */
async function* linesOf({ body }: Response, signal: AbortSignal): AsyncGenerator<readonly string[]> {
  if (body === null) return;
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read().catch((cause: Error) => {
      if (signal.aborted) throw cause;
      throw new ApiError('The connection broke while the answer came.', 0, 'offline');
    });
    const lines = (rest + (value ?? '')).split(/\r?\n/);
    rest = done ? '' : (lines.pop() ?? '');
    yield lines;
    if (done) return;
  }
}
