import { randomUUID } from 'node:crypto';
import type { Upload, UploadPart } from '../upload.js';

/** A form as one target gets it. */
export interface OutgoingForm {
  readonly headers: Readonly<Record<string, string>>;
  /** Each call reads the form from its beginning. */
  read(): AsyncIterable<Buffer>;
}

const LINE_END = '\r\n';
const MODEL_HEADERS = Buffer.from('Content-Disposition: form-data; name="model"\r\n');

/** A piece of a form: bytes, or a part of the upload. */
type Piece = Buffer | { readonly start: number; readonly end: number };

/** Returns an upload with `model` as its model, between boundaries of its own. Everything else stays as it came. */
export const formFor = (upload: Upload, model: string): OutgoingForm => {
  const boundary = `429chain-${randomUUID()}`;
  const parts: readonly (UploadPart | undefined)[] = upload.parts.some(isModel)
    ? upload.parts
    : [...upload.parts, undefined];
  const pieces: Piece[] = parts.flatMap((part) => {
    const head = Buffer.concat([
      Buffer.from(`--${boundary}${LINE_END}`),
      part?.headers ?? MODEL_HEADERS,
      Buffer.from(LINE_END),
    ]);
    const content = part === undefined || isModel(part) ? Buffer.from(model) : part;
    return [head, content, Buffer.from(LINE_END)];
  });
  pieces.push(Buffer.from(`--${boundary}--${LINE_END}`));
  const length = pieces.reduce(
    (sum, piece) => sum + (Buffer.isBuffer(piece) ? piece.length : piece.end - piece.start),
    0,
  );
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': String(length) },
    read: () => readPieces(upload, pieces),
  };
};

const isModel = ({ name }: UploadPart): boolean => name === 'model';

async function* readPieces(upload: Upload, pieces: readonly Piece[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    if (Buffer.isBuffer(piece)) yield piece;
    else yield* upload.read(piece.start, piece.end);
  }
}
