import { isatty } from 'node:tty';
import { type Logger, pino } from 'pino';
import type { Logging } from '../contract/config.js';
import type { Log, LogFields } from '../log.js';
import type { Secrets } from '../secrets.js';
import { prettyLine } from './pretty-line.js';

/** The output of a log. */
export interface Destination {
  write(text: string): unknown;
  /** Whether it is a terminal. */
  readonly terminal: boolean;
  readonly colours: boolean;
}

/** The maximum number of buffered characters for a slow reader. Further lines are dropped and counted. */
const MAX_BUFFERED = 16 * 1024 * 1024;

/** The log of the process: one line per event, pretty or JSON, with all known keys masked. */
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

  /** Whether lines are formatted for people; otherwise each is a JSON object. */
  get pretty(): boolean {
    return this.#format === 'auto' ? this.#destination.terminal : this.#format === 'pretty';
  }

  /** Whether a person reads it on a terminal, where generated keys may be shown. */
  get private(): boolean {
    return this.pretty && this.#destination.terminal;
  }

  configure({ level = 'info', format = 'auto' }: Logging): void {
    this.#pino.level = level;
    this.#format = format;
  }

  /** Writes `text` unchanged, without masking keys. */
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
    if (!this.#hasSecret(message, fields)) {
      this.#pino[level](fields, message);
      return;
    }
    const masked: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(fields)) {
      masked[name] = typeof value === 'string' ? this.#secrets.mask(value) : value;
    }
    this.#pino[level](masked, this.#secrets.mask(message));
  }

  /** Looks at all texts of a line at once: hardly any line contains a secret. */
  #hasSecret(message: string, fields: LogFields): boolean {
    let text = message;
    for (const name in fields) {
      const value = fields[name];
      if (typeof value === 'string') text += `\n${value}`;
    }
    return this.#secrets.mask(text) !== text;
  }
}

/**
 * Opens a log on standard output (1) or standard error (2). Writing never blocks: lines are buffered and flushed by the
 * event loop, at the latest when the process exits.
 */
export const openLog = (fd: 1 | 2, secrets: Secrets): ProcessLog => {
  const out = pino.destination({ dest: fd, sync: false, maxLength: MAX_BUFFERED });
  const terminal = isatty(fd);
  const log = new ProcessLog(
    { write: (text) => out.write(text), terminal, colours: terminal && !process.env.NO_COLOR },
    secrets,
  );
  let dropped = 0;
  out.on('drop', () => dropped++);
  out.on('drain', () => {
    if (dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    log.warn(`429chain dropped ${lines} log lines: the reader of the log is too slow.`);
  });
  // A full disk must not stop the proxy: the lines stay buffered, and later writes try again.
  out.on('error', () => {});
  return log;
};
