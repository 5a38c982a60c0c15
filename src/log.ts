/** Facts beside the sentence, for machines that read the log. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Where the program tells its operator what happens. One line an event. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Says nothing. */
export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
