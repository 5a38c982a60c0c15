import type { Context } from 'koa';
import { CallerGone } from '../engine/causes.js';
import { WrittenBody } from '../engine/written-body.js';
import { ChainError } from '../plugin/door/errors.js';
import { type Fields, isFields } from '../plugin/fields.js';
import type { BodyBounds } from './bodies-in-flight.js';
import { bodyWeight } from './body-weight.js';
import { askForBody } from './early-answer.js';

/** A request body. */
export interface JsonBody {
  readonly value: Fields;
  /** As it came. */
  readonly written: WrittenBody;
}

/**
 * Reads and parses the request's body, once. It counts as in flight until the response closes.
 * @param anyType reads it as JSON whatever its content type says
 * @throws ChainError `unsupported_media_type`, `body_too_large`, `too_many_bodies`, `malformed_json`, `invalid_request`
 * @throws CallerGone when the connection closes before the body is complete
 */
export const readJson = async (ctx: Context, bounds: BodyBounds, anyType = false): Promise<JsonBody> => {
  const { value, text, bytes } = await readParsed(ctx, bounds, anyType);
  return { value, written: new WrittenBody(text, bytes) };
};

/** The same without its text. */
export const readBody = async (ctx: Context, bounds: BodyBounds, anyType = false): Promise<Fields> =>
  (await readParsed(ctx, bounds, anyType)).value;

interface ParsedBody {
  readonly value: Fields;
  readonly text: string;
  readonly bytes: Buffer;
}

const readParsed = async (ctx: Context, bounds: BodyBounds, anyType: boolean): Promise<ParsedBody> => {
  const type = ctx.request.type;
  if (!anyType && type !== 'application/json' && !type.endsWith('+json')) {
    throw new ChainError(
      'unsupported_media_type',
      `The request body must be JSON, with "content-type: application/json". It was sent ${type === '' ? 'without a content type' : `as "${type}"`}.`,
    );
  }
  const { 'content-encoding': encoding = '' } = ctx.req.headers;
  if (encoding !== '' && encoding !== 'identity') {
    throw new ChainError(
      'unsupported_media_type',
      `The request body is encoded as "${encoding}". Send it without content-encoding.`,
    );
  }
  holdDeclared(ctx, bounds);
  askForBody(ctx);
  const bytes = await receive(ctx, bounds);
  bounds.bodiesInFlight.hold(ctx.res, bodyWeight(bytes), bounds.maxBodiesInFlight);
  const text = bytes.toString('utf8');
  const value = parse(text);
  if (!isFields(value)) {
    throw new ChainError('invalid_request', 'The request body must be a JSON object.');
  }
  // Each level takes two characters.
  if (text.length > 2 * DEEPEST && isDeeper(value, DEEPEST))
    throw new ChainError('invalid_request', 'The request body is nested too deeply.');
  return { value, text, bytes };
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ChainError('malformed_json', `The request body is not valid JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
};

/** Levels of a body. What is nested deeper could not become JSON again. */
const DEEPEST = 512;

const isDeeper = (value: unknown, levels: number): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (const each of value) if (isDeeper(each, levels - 1)) return true;
  } else {
    for (const key in value) if (isDeeper((value as Fields)[key], levels - 1)) return true;
  }
  return false;
};

export const tooLarge = (maxBytes: number): ChainError =>
  new ChainError('body_too_large', `The request body is larger than ${maxBytes} bytes (server.maxBodyBytes).`);

/**
 * Counts a body by the length that its request declares, so that one that is too large is refused before it is read.
 * @throws ChainError `body_too_large`, `too_many_bodies`
 */
export const holdDeclared = (
  { req, res }: Pick<Context, 'req' | 'res'>,
  { maxBodyBytes, maxBodiesInFlight, bodiesInFlight }: BodyBounds,
): void => {
  const declared = Number(req.headers['content-length'] ?? 0);
  if (declared > maxBodyBytes) throw tooLarge(maxBodyBytes);
  bodiesInFlight.hold(res, declared, maxBodiesInFlight);
};

const receive = ({ req, res }: Context, bounds: BodyBounds): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const { maxBodyBytes, maxBodiesInFlight, bodiesInFlight } = bounds;
    let chunks: Buffer[] = [];
    let length = 0;
    const keep = (chunk: Buffer): void => {
      length += chunk.length;
      try {
        if (length > maxBodyBytes) throw tooLarge(maxBodyBytes);
        bodiesInFlight.hold(res, length, maxBodiesInFlight);
        chunks.push(chunk);
      } catch (error) {
        req.off('data', keep);
        chunks = [];
        reject(error);
      }
    };
    req.on('data', keep);
    req.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    req.on('error', () => reject(new CallerGone()));
    req.on('close', () => {
      if (!req.complete) reject(new CallerGone());
    });
  });
