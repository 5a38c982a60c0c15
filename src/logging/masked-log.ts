import type { Log, LogFields, LogLevel } from '../log.js';

/** A log that passes every line on to `log`, its message and the texts among its fields changed by `mask`. */
export const maskedLog = (log: Log, mask: (text: string) => string): Log => {
  const writes = (level: LogLevel): boolean => log.writes?.(level) ?? true;
  const write =
    (level: LogLevel) =>
    (message: string, fields?: LogFields): void => {
      if (!writes(level)) return;
      // `console` would print an `undefined` that is passed on.
      if (fields === undefined) log[level](mask(message));
      else log[level](mask(message), maskedFields(fields, mask));
    };
  return { writes, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
};

const maskedFields = (fields: LogFields, mask: (text: string) => string): LogFields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? mask(value) : value]),
  );
