import { isatty } from 'node:tty';
import type { Logging } from '../contract/config.js';
import type { Log, LogFields, LogLevel } from '../log.js';
import type { Secrets } from '../secrets.js';
import { isoTime } from './iso-time.js';
import { LineOutput } from './line-output.js';
import { type LoggedEvent, prettyLine } from './pretty-line.js';

/** The output of a log. */
export interface Destination {
  write(text: string): unknown;
  /** Writes a line of about `length` characters that is made when it is written. Absent: lines are made at once. */
  writeLater?(line: () => string, length: number): unknown;
  /** Writes a line without fields, which other workers may write too. `content` is the line without its time. Absent: `write`. */
  writeAlike?(line: string, content: string): unknown;
  /** Whether it is a terminal. */
  readonly terminal: boolean;
  readonly colours: boolean;
}

const RANKS: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** The log of the process: one line per event, pretty or JSON, with all known keys masked. */
export class ProcessLog implements Log {
  readonly #destination: Destination;
  readonly #secrets: Secrets;
  #format: Logging['format'] = 'auto';
  #lowest = RANKS.info;

  constructor(destination: Destination, secrets: Secrets) {
    this.#destination = destination;
    this.#secrets = secrets;
  }

  /** Whether lines are formatted for people; otherwise each is a JSON object. */
  get pretty(): boolean {
    return this.#format === 'auto' ? this.#destination.terminal : this.#format === 'pretty';
  }

  /** Whether a person reads it on a terminal, where generated keys may be shown. */
  get private(): boolean {
    return this.pretty && this.#destination.terminal;
  }

  writes(level: LogLevel): boolean {
    return RANKS[level] >= this.#lowest;
  }

  configure({ level = 'info', format = 'auto' }: Logging): void {
    this.#lowest = RANKS[level];
    this.#format = format;
  }

  /** Writes `text` unchanged, without masking keys. */
  print(text: string): void {
    this.#destination.write(`${text}\n`);
  }

  /** Writes lines that are complete: they are masked, and end with a line break. */
  writeLines(lines: string): void {
    this.#destination.write(lines);
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

  #write(level: LogLevel, message: string, fields: LogFields = NO_FIELDS): void {
    if (!this.writes(level)) return;
    const at = Date.now();
    if (this.pretty) {
      const event: LoggedEvent = { level, time: isoTime(at), msg: this.#secrets.mask(message) };
      this.#writeLine(prettyLine(event, this.#destination.colours), level, message, fields);
      return;
    }
    if (fields === NO_FIELDS && this.#destination.writeAlike !== undefined) {
      this.#writeLine(this.#jsonLine(level, at, message, fields), level, message, fields);
      return;
    }
    // What JSON cannot express has to fail here, where it was logged.
    if (this.#destination.writeLater === undefined || !arePlain(fields)) {
      this.#destination.write(this.#jsonLine(level, at, message, fields));
      return;
    }
    // The caller may change its fields.
    const kept = { ...fields };
    this.#destination.writeLater(() => this.#jsonLine(level, at, message, kept), message.length + FIELDS_LENGTH);
  }

  #writeLine(line: string, level: LogLevel, message: string, fields: LogFields): void {
    const { writeAlike } = this.#destination;
    if (fields === NO_FIELDS && writeAlike !== undefined) writeAlike(line, `${level} ${message}`);
    else this.#destination.write(line);
  }

  #jsonLine(level: LogLevel, at: number, message: string, fields: LogFields): string {
    const time = isoTime(at);
    const line = this.#hasSecret(message, fields)
      ? { level, time, ...this.#masked(fields), msg: this.#secrets.mask(message) }
      : { level, time, ...fields, msg: message };
    return `${JSON.stringify(line)}\n`;
  }

  #masked(fields: LogFields): LogFields {
    const masked: Record<string, LogFields[string]> = {};
    for (const [name, value] of Object.entries(fields)) {
      masked[name] = typeof value === 'string' ? this.#secrets.mask(value) : value;
    }
    return masked;
  }

  /** Looks at all texts of a line at once: hardly any line contains a secret. Most messages repeat texts of their fields. */
  #hasSecret(message: string, fields: LogFields): boolean {
    let text = message;
    for (const name in fields) {
      const value = fields[name];
      if (typeof value === 'string' && !message.includes(value)) text += `\n${value}`;
    }
    return this.#secrets.mask(text) !== text;
  }
}

const NO_FIELDS: LogFields = {};
/** Characters of the fields of a usual line. */
const FIELDS_LENGTH = 300;

const arePlain = (fields: LogFields): boolean => {
  for (const name in fields) {
    const type = typeof fields[name];
    if (type !== 'string' && type !== 'number' && type !== 'boolean' && type !== 'undefined') return false;
  }
  return true;
};

const OPEN = new Set<LineOutput>();

const flushAtExit = (output: LineOutput): void => {
  if (OPEN.size === 0) {
    process.once('exit', () => {
      for (const each of OPEN) each.flush();
    });
  }
  OPEN.add(output);
};

/** The output of a worker: the primary process writes it, maybe on a terminal. */
export interface WorkerOutput extends Pick<Destination, 'terminal' | 'colours'> {
  /** Marks a line that other workers may write too, so that the primary process writes it once. */
  readonly mark: (line: string, content: string) => string;
}

/** Opens a log on standard output (1) or standard error (2). Writing never blocks. */
export const openLog = (fd: 1 | 2, secrets: Secrets, worker?: WorkerOutput): ProcessLog => {
  const output = new LineOutput(fd, (lines) =>
    log.warn(`429chain dropped ${lines} log lines: the reader of the log is too slow.`),
  );
  flushAtExit(output);
  const terminal = isatty(fd);
  const destination = {
    write: (text: string) => output.write(text),
    writeLater: (line: () => string, length: number) => output.writeLater(line, length),
    terminal,
    colours: terminal && !process.env.NO_COLOR,
    ...(worker && {
      terminal: worker.terminal,
      colours: worker.colours,
      writeAlike: (line: string, content: string) => output.write(worker.mark(line, content)),
    }),
  };
  const log = new ProcessLog(destination, secrets);
  return log;
};
