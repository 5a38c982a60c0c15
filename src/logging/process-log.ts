import { isatty } from 'node:tty';
import { type Logger, pino } from 'pino';
import type { Logging } from '../contract/config.js';
import type { Log, LogFields } from '../log.js';
import type { Secrets } from '../secrets.js';
import { prettyLine } from './pretty-line.js';

/** Where the lines go. */
export interface Destination {
  write(text: string): unknown;
  /** Somebody sits in front of it. */
  readonly terminal: boolean;
  readonly colours: boolean;
}

/** Characters that may wait for a reader who is slow. Lines beyond are left out, and counted. */
const MOST_WAITING = 16 * 1024 * 1024;

/** The log of a process, written by pino: pretty or JSON, a line for each event, and no known key in any of them. */
export class ProcessLog implements Log {
  readonly #destination: Destination;
  readonly #secrets: Secrets;
  readonly #pino: Logger;
  #format: Logging['format'] = 'auto';

  constructor(destination: Destination, secrets: Secrets) {
    this.#destination = destination;
    this.#secrets = secrets;
    this.#pino = pino(
      {
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (level) => ({ level }) },
      },
      { write: (line) => destination.write(this.pretty ? prettyLine(JSON.parse(line), destination.colours) : line) },
    );
  }

  /** For people; otherwise each line is a JSON object. */
  get pretty(): boolean {
    return this.#format === 'auto' ? this.#destination.terminal : this.#format === 'pretty';
  }

  /** Somebody sits in front of it and reads what is meant for people, so that a key may be shown that is theirs. */
  get private(): boolean {
    return this.pretty && this.#destination.terminal;
  }

  configure({ level = 'info', format = 'auto' }: Logging): void {
    this.#pino.level = level;
    this.#format = format;
  }

  /** Writes `text` as it is, keys included. */
  print(text: string): void {
    this.#destination.write(`${text}\n`);
  }

  debug(message: string, fields?: LogFields): void {
    this.#write('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#write('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#write('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#write('error', message, fields);
  }

  #write(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields: LogFields = {}): void {
    if (!this.#pino.isLevelEnabled(level)) return;
    const masked: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(fields)) {
      masked[name] = typeof value === 'string' ? this.#secrets.mask(value) : value;
    }
    this.#pino[level](masked, this.#secrets.mask(message));
  }
}

/**
 * A log on standard output (1) or standard error (2). What is written waits for nobody: it leaves when the event loop
 * turns, and at the latest when the process exits.
 */
export const openLog = (fd: 1 | 2, secrets: Secrets): ProcessLog => {
  const out = pino.destination({ dest: fd, sync: false, maxLength: MOST_WAITING });
  const terminal = isatty(fd);
  const log = new ProcessLog(
    { write: (text) => out.write(text), terminal, colours: terminal && !process.env.NO_COLOR },
    secrets,
  );
  let leftOut = 0;
  out.on('drop', () => leftOut++);
  out.on('drain', () => {
    if (leftOut === 0) return;
    const lines = leftOut;
    leftOut = 0;
    log.warn(`${lines} lines of the log were left out: nobody read it fast enough.`);
  });
  // A disk that is full is no reason to stop: the lines wait, and later ones try again.
  out.on('error', () => {});
  return log;
};
