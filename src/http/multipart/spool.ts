import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Bytes that stay in memory. */
const MOST_IN_MEMORY = 4 * 1024 * 1024;
/** Bytes that are read from the file at a time. */
const PIECE = 64 * 1024;

type State =
  | { readonly kind: 'memory'; readonly chunks: Buffer[] }
  | { readonly kind: 'file'; readonly file: FileHandle };

/**
 * Keeps the bytes of a request for several reads. A few stay in memory. More go to a temporary file whose name is deleted at
 * once: the operating system removes it even after a crash.
 */
export class Spool {
  readonly #mostInMemory: number;
  #state: State = { kind: 'memory', chunks: [] };
  #length = 0;

  constructor(mostInMemory = MOST_IN_MEMORY) {
    this.#mostInMemory = mostInMemory;
  }

  get isFile(): boolean {
    return this.#state.kind === 'file';
  }

  /** Keeps `chunk`. Resolves when more may come. */
  async append(chunk: Buffer): Promise<void> {
    const state = this.#state;
    this.#length += chunk.length;
    if (state.kind === 'file') return await write(state.file, chunk);
    state.chunks.push(chunk);
    if (this.#length <= this.#mostInMemory) return;
    const file = await nameless();
    this.#state = { kind: 'file', file };
    for (const each of state.chunks) await write(file, each);
  }

  /** Reads from `start` to `end`, which is excluded. */
  read(start: number, end: number): AsyncIterable<Buffer> {
    return this.#state.kind === 'file'
      ? readFile(this.#state.file, start, end)
      : readChunks(this.#state.chunks, start, end);
  }

  async close(): Promise<void> {
    if (this.#state.kind === 'file') await this.#state.file.close();
    this.#state = { kind: 'memory', chunks: [] };
  }
}

const nameless = async (): Promise<FileHandle> => {
  const path = join(tmpdir(), `429chain-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
};

const write = async (file: FileHandle, chunk: Buffer): Promise<void> => {
  for (let written = 0; written < chunk.length; ) {
    written += (await file.write(chunk, written, chunk.length - written, null)).bytesWritten;
  }
};

async function* readFile(file: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < end; ) {
    const piece = Buffer.allocUnsafe(Math.min(PIECE, end - at));
    const { bytesRead } = await file.read(piece, 0, piece.length, at);
    if (bytesRead === 0) throw new Error('the temporary file of the upload is shorter than the upload');
    at += bytesRead;
    yield bytesRead === piece.length ? piece : piece.subarray(0, bytesRead);
  }
}

async function* readChunks(chunks: readonly Buffer[], start: number, end: number): AsyncGenerator<Buffer> {
  let from = 0;
  for (const chunk of chunks) {
    const piece = chunk.subarray(Math.max(0, start - from), Math.max(0, end - from));
    if (piece.length > 0) yield piece;
    from += chunk.length;
  }
}
