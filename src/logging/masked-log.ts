import type { Log, LogFields } from '../log.js';

/** A log that passes every line on to `log`, its message and the texts among its fields changed by `mask`. */
export const maskedLog = (log: Log, mask: (text: string) => string): Log => {
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields?: LogFields): void => {
      // `console` would print an `undefined` that is passed on.
      if (fields === undefined) log[level](mask(message));
      else log[level](mask(message), maskedFields(fields, mask));
    };
  return {
    get writesDebug() {
      return log.writesDebug ?? true;
    },
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
};

const maskedFields = (fields: LogFields, mask: (text: string) => string): LogFields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? mask(value) : value]),
  );
