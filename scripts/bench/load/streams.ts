import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from './connection.js';

/** µs on the clock that the provider writes into each chunk. */
const nowUs = (): number => (performance.timeOrigin + performance.now()) * 1_000;

const DIGIT_ZERO = 48;
/** The time of a chunk has this many digits. */
const DIGITS = 16;

/** Finds the chunks in the bytes of a stream. */
class ChunkFinder {
  readonly #mark: Buffer;
  readonly #onChunk: (sentAt: number) => void;
  #carried: Buffer | undefined;

  constructor(mark: Buffer, onChunk: (sentAt: number) => void) {
    this.#mark = mark;
    this.#onChunk = onChunk;
  }

  read(data: Buffer): void {
    const bytes = this.#carried === undefined ? data : Buffer.concat([this.#carried, data]);
    const size = this.#mark.length + DIGITS;
    let at = 0;
    for (;;) {
      const found = bytes.indexOf(this.#mark, at);
      if (found === -1 || found + size > bytes.length) {
        const from = found === -1 ? Math.max(at, bytes.length - this.#mark.length + 1) : found;
        this.#carried = from < bytes.length ? bytes.subarray(from) : undefined;
        return;
      }
      let sentAt = 0;
      for (let digit = found + this.#mark.length; digit < found + size; digit++)
        sentAt = sentAt * 10 + (bytes[digit] as number) - DIGIT_ZERO;
      this.#onChunk(sentAt);
      at = found + size;
    }
  }
}

/** Many streams at once. */
export class Streams {
  /** Chunks that came so far. */
  chunks = 0;
  /** Collects `delays` while it is set. */
  measuring = false;
  /** Ms from the provider to the caller, for each chunk. */
  readonly delays: number[] = [];
  failed = 0;

  /** Opens `count` streams, spread over some ms, and waits for their ends. Each must have `chunks` chunks. */
  async run(
    port: number,
    request: Buffer,
    mark: Buffer,
    shape: { count: number; chunks: number; spreadMs: number },
  ): Promise<void> {
    const one = async (): Promise<void> => {
      await pause(Math.random() * shape.spreadMs);
      let seen = 0;
      const finder = new ChunkFinder(mark, (sentAt) => {
        seen++;
        this.chunks++;
        if (this.measuring) this.delays.push((nowUs() - sentAt) / 1_000);
      });
      const connection = new Connection(port);
      const status = await new Promise((resolve) => connection.send(request, resolve, (data) => finder.read(data)));
      if (status !== 200 || seen !== shape.chunks) this.failed++;
      connection.close();
    };
    await Promise.all(Array.from({ length: shape.count }, one));
  }
}

const AT_ONCE = 50;
const OPENS_WITHIN_MS = 10_000;

/** Opens streams and keeps them open. Returns when each has had its first chunk. @throws Error if one does not open */
export const holdStreams = async (
  port: number,
  request: Buffer,
  mark: Buffer,
  count: number,
): Promise<readonly Connection[]> => {
  const held: Connection[] = [];
  const open = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('A stream did not begin.')), OPENS_WITHIN_MS);
      const connection = new Connection(port);
      held.push(connection);
      const onEnd = (status: number): void => reject(new Error(`A stream ended with status ${status}.`));
      connection.send(request, onEnd, (data) => {
        if (!data.includes(mark)) return;
        clearTimeout(timer);
        resolve();
      });
    });
  while (held.length < count) await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - held.length) }, open));
  return held;
};
