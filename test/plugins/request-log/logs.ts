import { describeWithPostgres } from '../../postgres.js';
import { StoreInFolder } from '../nedb-logger/store-in-folder.js';
import { StoreInSchema } from '../postgres-logger/store-in-schema.js';
import type { LoggedStore, LogSettings } from './logged-store.js';

interface LogKind {
  readonly plugin: string;
  readonly describe: (title: string, tests: () => void) => void;
  readonly open: (settings?: LogSettings) => Promise<LoggedStore>;
}

const LOGS: readonly LogKind[] = [
  { plugin: 'nedb-logger', describe, open: async (settings) => new StoreInFolder(settings) },
  { plugin: 'postgres-logger', describe: describeWithPostgres, open: StoreInSchema.open },
];

/** The same tests for each request log. */
export const describeLogs = (title: string, tests: (open: LogKind['open'], plugin: string) => void): void => {
  for (const { plugin, describe, open } of LOGS) describe(`${title} (${plugin})`, () => tests(open, plugin));
};
