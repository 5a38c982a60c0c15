import { parseBody } from '../../engine/parse-body.js';
import { FrameSplitter, framesIn, readFrame } from '../../engine/stream/frames/sse.js';
import { isFields } from '../../plugin/fields.js';
import { readErrorBody } from '../../plugin/readers/errors/error-body.js';
import { CommandError } from '../terminal/command-error.js';

/**
 * Yields the text of an answer piece by piece as it arrives, streamed or not.
 * @throws CommandError when the stream ends early or reports an error
 */
export async function* textsOf(response: Response): AsyncGenerator<string> {
  if (!(response.headers.get('content-type') ?? '').startsWith('text/event-stream')) {
    yield textIn(parseBody(await response.text()));
    return;
  }
  for await (const data of dataOf(response)) {
    if (data === '[DONE]') return;
    const chunk: unknown = JSON.parse(data);
    if (isFields(chunk) && isFields(chunk.error)) throw new CommandError(readErrorBody(chunk).message);
    yield textIn(chunk);
  }
  throw new CommandError('The answer broke off before its end.');
}

async function* dataOf({ body }: Response): AsyncGenerator<string> {
  const splitter = new FrameSplitter();
  for await (const bytes of body ?? []) {
    for (const event of framesIn(splitter.push(Buffer.from(bytes)) ?? Buffer.alloc(0))) {
      const { data } = readFrame(event);
      if (data !== undefined) yield data;
    }
  }
}

const textIn = (answer: unknown): string => {
  const choice: unknown = isFields(answer) && Array.isArray(answer.choices) ? answer.choices[0] : undefined;
  const message = isFields(choice) ? (choice.delta ?? choice.message) : undefined;
  return isFields(message) && typeof message.content === 'string' ? message.content : '';
};
