import type { Usage } from '../../ledger/ledger.js';
import { ErrorInAnswer } from '../causes.js';
import { parseBody } from '../parse-body.js';
import { contentOf } from './content.js';
import type { Source } from './source.js';

/** Bytes of an error body that are read. Every provider's message fits. */
export const LONGEST_ERROR = 64 * 1024;

/** Bytes of a whole answer. No model's answer is longer, even with pictures. */
const LONGEST_ANSWER = 64 * 1024 * 1024;

/**
 * Reads an answer that is not streamed. Resolves with its bytes unchanged, or as `translate` turns it into one of
 * OpenAI's. Rejects when the body is not an answer.
 */
export const readWhole = async (
  source: Source,
  translate?: (answer: unknown) => unknown,
): Promise<{ body: Buffer; usage: Usage | undefined }> => {
  const body = await readAll(source, LONGEST_ANSWER);
  if (body.length >= LONGEST_ANSWER) throw new Error('an answer of more than 64 MiB');
  const value = parseBody(body.toString('utf8'));
  if (typeof value === 'string') {
    throw value.trim() === '' ? new Error('an empty answer') : new ErrorInAnswer(value.slice(0, LONGEST_ERROR));
  }
  const answer = translate === undefined ? value : translate(value);
  const { error, real, usage } = contentOf(answer);
  if (error !== undefined) throw new ErrorInAnswer(error);
  if (!real) throw new Error('an empty answer');
  return { body: translate === undefined ? body : Buffer.from(JSON.stringify(answer)), usage };
};

/** Resolves with the body. Stops reading after `longest` bytes. */
export const readAll = (source: Source, longest: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    source.consume({
      data: (chunk) => {
        if (length >= longest) return;
        chunks.push(chunk);
        length += chunk.length;
        if (length < longest) return;
        resolve(Buffer.concat(chunks));
        source.abort(new Error('the body is too long'));
      },
      end: () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)),
      error: reject,
    });
  });
