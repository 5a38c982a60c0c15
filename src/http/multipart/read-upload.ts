import type { IncomingMessage } from 'node:http';
import { CallerGone } from '../../engine/causes.js';
import type { Upload, UploadPart } from '../../engine/upload.js';
import { ChainError } from '../../plugin/door/errors.js';
import type { Fields } from '../../plugin/fields.js';
import { holdDeclared, tooLarge } from '../body.js';
import type { Exchange } from '../exchange.js';
import type { BodyBounds } from '../uploads/bodies-in-flight.js';
import { askForBody } from '../uploads/early-answer.js';
import { MultipartScanner, type ScannedPart } from './scanner.js';
import { Spool } from './spool.js';

/** An upload, and its fields without the files. */
export interface ReadUpload extends Upload {
  /** The fields by name; for a file, `true`. The last of several with one name counts. */
  readonly fields: Fields;
  /** The request is over. */
  close(): Promise<void>;
}

/** A longer field is passed on and not read. */
const LONGEST_FIELD = 64 * 1024;

/**
 * Receives a form and keeps it until `close`. All of it counts as in flight: its temporary file may be in memory too.
 * @throws ChainError `unsupported_media_type`, `body_too_large`, `too_many_bodies`, `upload_stalled`, `invalid_request`
 * @throws CallerGone when the connection closes before the form is complete
 */
export const readUpload = async (exchange: Exchange, bounds: BodyBounds): Promise<ReadUpload> => {
  const scanner = new MultipartScanner(boundaryOf(exchange.req));
  holdDeclared(exchange, bounds);
  askForBody(exchange);
  const spool = new Spool();
  try {
    await receive(exchange, bounds, async (chunk) => {
      scanner.push(chunk);
      await spool.append(chunk);
    });
    scanner.end();
    const parts = scanner.parts.map(named);
    const fields = Object.fromEntries(await Promise.all(parts.map((part) => fieldOf(part, spool))));
    return { parts, fields, read: (start, end) => spool.read(start, end), close: () => spool.close() };
  } catch (error) {
    await spool.close();
    throw error;
  }
};

const boundaryOf = ({ headers }: IncomingMessage): string => {
  const type = headers['content-type'] ?? '';
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,200})"|([^;\s"]{1,200}))/i.exec(type) ?? [];
  const boundary = quoted ?? plain;
  if (!/^multipart\/form-data\s*;/i.test(type) || boundary === undefined) {
    throw new ChainError(
      'unsupported_media_type',
      `The request body must be a form, with "content-type: multipart/form-data; boundary=…". It was sent ${type === '' ? 'without a content type' : `as "${type.slice(0, 100)}"`}.`,
    );
  }
  const encoding = headers['content-encoding'] ?? '';
  if (encoding === '' || encoding === 'identity') return boundary;
  throw new ChainError(
    'unsupported_media_type',
    `The request body is encoded as "${encoding}". Send it without content-encoding.`,
  );
};

/** Hands over the body chunk by chunk. The next one is read when `take` has resolved. */
const receive = async (
  exchange: Exchange,
  bounds: BodyBounds,
  take: (chunk: Buffer) => Promise<void>,
): Promise<void> => {
  const { req } = exchange;
  const { uploads } = bounds.bodiesInFlight;
  let length = 0;
  // The connection stays open: a refusal has to reach the caller.
  const chunks = req.iterator({ destroyOnReturn: false });
  let fail: (error: Error) => void = () => {};
  const upload = uploads.watch(req, (error) => fail(error));
  const next = (): Promise<IteratorResult<Buffer>> =>
    new Promise((resolve, reject) => {
      fail = reject;
      chunks.next().then(resolve, () => reject(new CallerGone()));
    });
  try {
    for (;;) {
      const { done, value } = await next();
      if (done) break;
      length += value.length;
      if (length > bounds.maxBodyBytes) throw tooLarge(bounds.maxBodyBytes);
      exchange.hold(length, bounds);
      await take(value as Buffer);
    }
  } finally {
    uploads.done(upload);
  }
  if (!req.complete) throw new CallerGone();
};

const DISPOSITION = /^content-disposition:\s*form-data\b(.*)$/im;
/** A parameter, with its value in quotes or without. One after the other, so that nothing in quotes counts as a parameter. */
const PARAMETER = /;\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g;

interface Disposition {
  readonly name: string;
  readonly isFile: boolean;
}

const dispositionOf = (headers: Buffer): Disposition => {
  const line = DISPOSITION.exec(headers.toString('utf8'))?.[1] ?? '';
  const values = new Map<string, string>();
  for (const [, key = '', quoted, plain = ''] of line.matchAll(PARAMETER)) {
    values.set(key.toLowerCase(), quoted ?? plain);
  }
  return { name: values.get('name') ?? '', isFile: values.has('filename') || values.has('filename*') };
};

const named = (part: ScannedPart): UploadPart => ({ ...part, name: dispositionOf(part.headers).name });

const fieldOf = async (part: UploadPart, spool: Spool): Promise<[name: string, value: string | true]> => {
  const { name, headers, start, end } = part;
  if (dispositionOf(headers).isFile || end - start > LONGEST_FIELD) return [name, true];
  const pieces: Buffer[] = [];
  for await (const piece of spool.read(start, end)) pieces.push(piece);
  return [name, Buffer.concat(pieces).toString('utf8')];
};
