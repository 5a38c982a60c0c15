import { postgresMissing } from '../../postgres.js';
import { StoreInFolder } from '../nedb-logger/store-in-folder.js';
import { StoreInSchema } from '../postgres-logger/store-in-schema.js';
import type { LoggedStore, LogSettings } from './logged-store.js';

interface LogKind {
  readonly plugin: string;
  /** Why it cannot be tested here. */
  readonly missing?: string | undefined;
  readonly open: (settings?: LogSettings) => Promise<LoggedStore>;
}

const LOGS: readonly LogKind[] = [
  { plugin: 'nedb-logger', open: async (settings) => new StoreInFolder(settings) },
  { plugin: 'postgres-logger', missing: postgresMissing, open: StoreInSchema.open },
];

/** The same tests for each request log. */
export const describeLogs = (title: string, tests: (open: LogKind['open'], plugin: string) => void): void => {
  for (const { plugin, missing, open } of LOGS) {
    if (missing === undefined) describe(`${title} (${plugin})`, () => tests(open, plugin));
    else describe.skip(`${title} (${plugin}): skipped, because ${missing}`, () => tests(open, plugin));
  }
};
