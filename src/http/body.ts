import { isAscii } from 'node:buffer';
import { CallerGone } from '../engine/causes.js';
import { WrittenBody } from '../engine/written-body.js';
import { ChainError } from '../plugin/door/errors.js';
import { type Fields, isFields } from '../plugin/fields.js';
import type { Exchange } from './exchange.js';
import type { BodyBounds } from './uploads/bodies-in-flight.js';
import { bodyWeight, requireFewValues } from './uploads/body-weight.js';
import { askForBody } from './uploads/early-answer.js';

/** A request body. */
export interface JsonBody {
  readonly value: Fields;
  /** As it came. Release it once it is not needed: promises and listeners of the request keep this object. */
  readonly written: WrittenBody;
}

/**
 * Reads and parses the request's body, once. It counts as in flight until the response closes.
 * @param anyType reads it as JSON whatever its content type says
 * @throws ChainError `unsupported_media_type`, `body_too_large`, `too_many_bodies`, `upload_stalled`, `malformed_json`,
 * `invalid_request`
 * @throws CallerGone when the connection closes before the body is complete
 */
export const readJson = (exchange: Exchange, bounds: BodyBounds, anyType = false): Promise<JsonBody> => {
  const { headers } = exchange.req;
  if (!anyType) requireJson(headers['content-type']);
  const encoding = headers['content-encoding'] ?? '';
  if (encoding !== '' && encoding !== 'identity') {
    throw new ChainError(
      'unsupported_media_type',
      `The request body is encoded as "${encoding}". Send it without content-encoding.`,
    );
  }
  holdDeclared(exchange, bounds);
  askForBody(exchange);
  return receive(exchange, bounds, (bytes) => parsed(exchange, bounds, bytes));
};

/** The same without its text. */
export const readBody = async (...args: Parameters<typeof readJson>): Promise<Fields> =>
  (await readJson(...args)).value;

const requireJson = (given = ''): void => {
  if (given === 'application/json') return;
  const [type = ''] = given.split(';');
  if (type === 'application/json' || type.endsWith('+json')) return;
  throw new ChainError(
    'unsupported_media_type',
    `The request body must be JSON, with "content-type: application/json". It was sent ${type === '' ? 'without a content type' : `as "${type}"`}.`,
  );
};

const parsed = (exchange: Exchange, bounds: BodyBounds, bytes: Buffer): JsonBody => {
  requireFewValues(bytes);
  const ascii = isAscii(bytes);
  const text = bytes.toString(ascii ? 'latin1' : 'utf8');
  const value = parse(text);
  if (!isFields(value)) throw new ChainError('invalid_request', 'The request body must be a JSON object.');
  exchange.hold(bodyWeight(bytes.length, ascii, text, value), bounds);
  return { value, written: new WrittenBody(text, bytes, ascii) };
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

export const tooLarge = (maxBytes: number): ChainError =>
  new ChainError('body_too_large', `The request body is larger than ${maxBytes} bytes (server.maxBodyBytes).`);

/**
 * Counts a body by the length that its request declares, so that one that is too large is refused before it is read.
 * @throws ChainError `body_too_large`, `too_many_bodies`
 */
export const holdDeclared = (exchange: Exchange, bounds: BodyBounds): void => {
  const declared = Number(exchange.req.headers['content-length'] ?? 0);
  if (declared > bounds.maxBodyBytes) throw tooLarge(bounds.maxBodyBytes);
  exchange.hold(declared, bounds);
};

const receive = <T>(exchange: Exchange, bounds: BodyBounds, read: (body: Buffer) => T): Promise<T> =>
  new Promise((resolve, reject) => {
    const { req } = exchange;
    const { maxBodyBytes } = bounds;
    const { uploads } = bounds.bodiesInFlight;
    let chunks: Buffer[] = [];
    let length = 0;
    const fail = (error: unknown): void => {
      uploads.done(upload);
      req.off('data', keep);
      chunks = [];
      reject(error);
    };
    const keep = (chunk: Buffer): void => {
      length += chunk.length;
      try {
        if (length > maxBodyBytes) throw tooLarge(maxBodyBytes);
        exchange.hold(length, bounds);
        chunks.push(chunk);
      } catch (error) {
        fail(error);
      }
    };
    const upload = uploads.watch(req, fail);
    req.on('data', keep);
    req.on('end', () => {
      uploads.done(upload);
      const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
      // The request outlives its body.
      chunks = [];
      try {
        resolve(read(bytes));
      } catch (error) {
        reject(error);
      }
    });
    // Also after an error: without a listener for errors, Node does not emit them.
    req.on('close', () => {
      if (!req.complete) fail(new CallerGone());
    });
  });
