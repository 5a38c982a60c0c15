import type { Context } from 'koa';
import { CallerGone } from '../engine/causes.js';
import { ChainError } from '../plugin/door/errors.js';
import { type Fields, isFields } from '../plugin/fields.js';
import { askForBody } from './early-answer.js';

/** A request body. */
export interface JsonBody {
  readonly value: Fields;
  /** As it came. */
  readonly text: string;
}

/**
 * Reads and parses the request's body, once.
 * @param anyType reads it as JSON whatever its content type says
 * @throws ChainError `unsupported_media_type`, `body_too_large`, `malformed_json`, `invalid_request`
 * @throws CallerGone when the connection closes before the body is complete
 */
export const readJson = async (ctx: Context, maxBytes: number, anyType = false): Promise<JsonBody> => {
  const type = ctx.request.type;
  if (!anyType && type !== 'application/json' && !type.endsWith('+json')) {
    throw new ChainError(
      'unsupported_media_type',
      `The request body must be JSON, with "content-type: application/json". It was sent ${type === '' ? 'without a content type' : `as "${type}"`}.`,
    );
  }
  const encoding = ctx.get('content-encoding');
  if (encoding !== '' && encoding !== 'identity') {
    throw new ChainError(
      'unsupported_media_type',
      `The request body is encoded as "${encoding}". Send it without content-encoding.`,
    );
  }
  const text = await readText(ctx, maxBytes);
  const value = parse(text);
  if (!isFields(value)) {
    throw new ChainError('invalid_request', 'The request body must be a JSON object.');
  }
  return { value, text };
};

/** The same without its text. */
export const readBody = async (...args: Parameters<typeof readJson>): Promise<Fields> =>
  (await readJson(...args)).value;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ChainError('malformed_json', `The request body is not valid JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
};

export const tooLarge = (maxBytes: number): ChainError =>
  new ChainError('body_too_large', `The request body is larger than ${maxBytes} bytes (server.maxBodyBytes).`);

const readText = (ctx: Context, maxBytes: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const { req } = ctx;
    if (Number(req.headers['content-length'] ?? 0) > maxBytes) return reject(tooLarge(maxBytes));
    askForBody(ctx);
    let chunks: Buffer[] = [];
    let length = 0;
    const keep = (chunk: Buffer): void => {
      length += chunk.length;
      if (length <= maxBytes) return void chunks.push(chunk);
      req.off('data', keep);
      chunks = [];
      reject(tooLarge(maxBytes));
    };
    req.on('data', keep);
    req.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    req.on('error', () => reject(new CallerGone()));
    req.on('close', () => {
      if (!req.complete) reject(new CallerGone());
    });
  });
