import type { Problem } from '../../config/settings.js';
import type { Change } from '../../config/source/change.js';
import { InvalidConfiguration, type SettingsStore } from '../../config/source/store.js';
import type { ProblemView, Saved } from '../../contract/admin-configuration.js';
import type { Configuration } from '../../contract/config.js';
import { ChainError } from '../../plugin/door/errors.js';
import type { RouteContext } from '../../routes.js';
import type { AdminParts } from '../parts.js';

/** The configuration as written, with variables not replaced. */
export const writtenIn = ({ current: { written } }: SettingsStore): Configuration => {
  if (written !== undefined) return written;
  throw new Error('These settings have no written configuration.');
};

/**
 * Saves `change`, which starts from the configuration that the browser has read. It resolves when the change is in force.
 * @throws ChainError `configuration_changed`, `read_only`, `invalid_configuration` with every problem
 */
export const saved = ({ store }: AdminParts, ctx: RouteContext, change: () => Change): Promise<Saved> => {
  const revision = revisionOf(ctx, store);
  // `change` starts from the current configuration, which must be the one that the browser has read.
  requireCurrent(store, revision);
  return store.save(change(), revision).catch(refuse);
};

/** The message omits file and line: the text with the problem was never written. */
const refuse = (error: unknown): never => {
  if (!(error instanceof InvalidConfiguration)) throw error;
  const { problems, status } = error;
  const message = problems.map((problem) => problem.message).join('\n');
  throw new ChainError('invalid_configuration', message, { status, details: { problems: problems.map(problemView) } });
};

export const problemView = ({ line, column, message }: Problem): ProblemView => ({ line, column, message });

/** The revision in `If-Match`. Scripts may send `*` for any revision. */
const revisionOf = (ctx: RouteContext, store: SettingsStore): string => {
  const given = ctx
    .get('if-match')
    .trim()
    .replace(/^"(.*)"$/, '$1');
  if (given === '*') return store.revision;
  if (given !== '') return given;
  const message = 'The header If-Match is missing. Send the revision from the GET response, or * for any revision.';
  throw new ChainError('invalid_request', message, { param: 'If-Match' });
};

const requireCurrent = (store: SettingsStore, revision: string): void => {
  if (revision === store.revision) return;
  const message =
    'The configuration changed in the meantime, and nothing was saved. Load it again and repeat the change.';
  throw new ChainError('configuration_changed', message);
};

/**
 * The variable for a new key: `own`, the one that the file has for it, if nothing else uses it. Otherwise a name that
 * nothing in the file uses and that has no other value in the environment or `.env`, where it may belong to another
 * program.
 */
export const variableFor = (
  store: SettingsStore,
  wanted: string,
  value: string,
  { own, taken = [] }: { readonly own?: string | undefined; readonly taken?: readonly string[] } = {},
): string => {
  const text = JSON.stringify(writtenIn(store));
  const readers = (name: string): number => text.split(`\${${name}}`).length - 1;
  if (own !== undefined && readers(own) === 1 && !store.isFixed(own)) return own;
  const stem = wanted
    .toUpperCase()
    .replace(/[^A-Z0-9_]+/g, '_')
    .replace(/^(?=\d)/, '_');
  const isFree = (name: string): boolean =>
    readers(name) === 0 && !taken.includes(name) && !store.isFixed(name) && store.isFree(name, value);
  let name = stem;
  for (let count = 2; !isFree(name); count++) name = `${stem}_${count}`;
  return name;
};
