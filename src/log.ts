/** Structured data of a log event. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** How much a line matters, the least first. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** The log for the operator, one line per event. */
export interface Log {
  /** Whether lines at this level are kept now, so that nothing is made of those that are discarded. Default: all are. */
  writes?(level: LogLevel): boolean;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** A log that discards everything. */
export const silentLog: Required<Log> = {
  writes: () => false,
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};
