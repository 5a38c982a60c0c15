import type { Usage } from '../../ledger/ledger.js';
import { ErrorInAnswer } from '../causes.js';
import { parseBody } from '../parse-body.js';
import { contentOf } from './content.js';
import type { Source } from './source.js';

/** Bytes of an error body that are read: enough for every provider's words, too few to hurt. */
export const LONGEST_ERROR = 64 * 1024;

/** Bytes of a whole answer that are held: far more than any model says, pictures included. */
const LONGEST_ANSWER = 64 * 1024 * 1024;

/**
 * An answer that is not streamed, byte for byte, or as `translate` turns it into one of OpenAI's. Throws for everything
 * that is none.
 */
export const readWhole = async (
  source: Source,
  translate?: (answer: unknown) => unknown,
): Promise<{ body: Buffer; usage: Usage | undefined }> => {
  const body = await readAll(source, LONGEST_ANSWER);
  if (body.length >= LONGEST_ANSWER) throw new Error('an answer that does not end');
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

/** Resolves with the body; what comes after `longest` bytes is not read. */
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
        source.abort(new Error('more than anybody reads'));
      },
      end: () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)),
      error: reject,
    });
  });
