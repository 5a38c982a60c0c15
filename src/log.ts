/** Structured data of a log event. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** The log for the operator, one line per event. */
export interface Log {
  /** `false` where lines at `debug` are discarded, so that they need not be made. Default: true. */
  readonly writesDebug?: boolean;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** A log that discards everything. */
export const silentLog: Log = { writesDebug: false, debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
