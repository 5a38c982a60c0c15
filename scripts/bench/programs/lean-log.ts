import { openSync, write, writeSync } from 'node:fs';
import { join } from 'node:path';

const FLUSH_MS = 250;

/** Appends one line per request to a file, many in one write. */
export class RequestLog {
  readonly #file: number;
  #lines = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(folder: string) {
    this.#file = openSync(join(folder, 'requests.ndjson'), 'a');
    process.on('SIGTERM', () => {
      writeSync(this.#file, this.#lines);
      process.exit(0);
    });
  }

  add(record: object): void {
    this.#lines += `${JSON.stringify(record)}\n`;
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  #flush(): void {
    const lines = this.#lines;
    this.#lines = '';
    write(this.#file, lines, () => {
      this.#timer = this.#lines === '' ? undefined : setTimeout(() => this.#flush(), FLUSH_MS);
    });
  }
}
