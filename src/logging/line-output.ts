import { write, writeSync } from 'node:fs';

/** The maximum number of buffered characters for a slow reader. Further lines are dropped and counted. */
const MAX_BUFFERED = 16 * 1024 * 1024;
/** Lines that come within this time of a write are written together. */
const PACE_MS = 50;
/** How long to wait after a write that failed, such as on a full disk. */
const RETRY_MS = 100;
/** How long the process may wait at its exit for a slow reader. */
const EXIT_MS = 1_000;

const NOTHING = Buffer.alloc(0);

/**
 * Writes lines to a file descriptor and never blocks: they are buffered, and written by the event loop. A line after a
 * silence is written at once, many lines a few times a second. If a write fails, they stay buffered, and the output tries
 * again.
 */
export class LineOutput {
  readonly #fd: number;
  readonly #onDropped: (lines: number) => void;
  #waiting: (string | (() => string))[] = [];
  /** Characters of what waits. */
  #length = 0;
  #writing: Buffer = NOTHING;
  #state: 'idle' | 'writing' | 'pausing' | 'retrying' | 'closed' = 'idle';
  #dropped = 0;

  /** `onDropped` learns how many lines were dropped, once there is room again. */
  constructor(fd: number, onDropped: (lines: number) => void) {
    this.#fd = fd;
    this.#onDropped = onDropped;
  }

  write(text: string): void {
    this.#add(text, text.length);
  }

  /** Writes a line that is made when it is written: to make many together takes a third of the time. `length` is a guess. */
  writeLater(line: () => string, length: number): void {
    this.#add(line, length);
  }

  #add(line: string | (() => string), length: number): void {
    if (this.#state === 'closed') return;
    if (this.#length + length > MAX_BUFFERED) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(line);
    this.#length += length;
    if (this.#state === 'idle') this.#writeNext();
  }

  /** Takes all that waits. */
  #take(): Buffer {
    let text = '';
    for (const line of this.#waiting) text += typeof line === 'string' ? line : line();
    this.#waiting = [];
    this.#length = 0;
    return Buffer.from(text);
  }

  /** Writes what is buffered before it returns, as far as the reader takes it. Call it when the process exits. */
  flush(): void {
    // A write that has begun ends by itself.
    const begun = this.#state === 'writing' ? [] : [this.#writing];
    let left = Buffer.concat([...begun, this.#take()]);
    if (this.#state !== 'writing') this.#writing = NOTHING;
    const latest = Date.now() + EXIT_MS;
    while (left.length > 0 && this.#state !== 'closed') {
      try {
        left = left.subarray(writeSync(this.#fd, left));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || Date.now() > latest) return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      }
    }
  }

  #writeNext(): void {
    if (this.#writing.length === 0) this.#writing = this.#take();
    if (this.#writing.length === 0) {
      this.#state = 'idle';
      return;
    }
    this.#state = 'writing';
    write(this.#fd, this.#writing, (error, written) => this.#written(error, written));
  }

  #written(error: NodeJS.ErrnoException | null, bytes: number): void {
    if (error !== null) {
      this.#state = error.code === 'EPIPE' ? 'closed' : 'retrying';
      if (this.#state === 'retrying') this.#writeIn(RETRY_MS);
      return;
    }
    this.#writing = this.#writing.subarray(bytes);
    if (this.#writing.length > 0) {
      this.#writeNext();
      return;
    }
    this.#state = 'pausing';
    this.#writeIn(PACE_MS);
    if (this.#waiting.length === 0) this.#tellDropped();
  }

  /** The process does not stay alive for it: `flush` writes at its exit. */
  #writeIn(ms: number): void {
    setTimeout(() => this.#writeNext(), ms).unref();
  }

  #tellDropped(): void {
    const lines = this.#dropped;
    this.#dropped = 0;
    if (lines > 0) this.#onDropped(lines);
  }
}
