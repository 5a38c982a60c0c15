import type { RouterContext } from '@koa/router';
import type { Problem } from '../../config/settings.js';
import type { Change } from '../../config/source/change.js';
import { InvalidConfiguration, type SettingsStore } from '../../config/source/store.js';
import type { ProblemView, Saved } from '../../contract/admin-configuration.js';
import type { Configuration } from '../../contract/config.js';
import { ChainError } from '../../plugin/door/errors.js';
import type { AdminParts } from '../parts.js';

/** The configuration as it is written, variables unread. */
export const writtenIn = ({ current: { written } }: SettingsStore): Configuration => {
  if (written !== undefined) return written;
  throw new Error('These settings were never written down.');
};

/**
 * Saves what `change` makes of the configuration that the browser has seen, and answers when it is in force.
 * @throws ChainError `configuration_changed`, `read_only`, `invalid_configuration` with every problem
 */
export const saved = ({ store }: AdminParts, ctx: RouterContext, change: () => Change): Promise<Saved> => {
  const revision = revisionOf(ctx, store);
  // What follows is made from the configuration in force, so that one must be the one that was seen.
  requireCurrent(store, revision);
  return store.save(change(), revision).catch(refuse);
};

/** What is wrong is told without a place before it: the text that it is in was never written. */
const refuse = (error: unknown): never => {
  if (!(error instanceof InvalidConfiguration)) throw error;
  const { problems, status } = error;
  const message = problems.map((problem) => problem.message).join('\n');
  throw new ChainError('invalid_configuration', message, { status, details: { problems: problems.map(problemView) } });
};

export const problemView = ({ line, column, message }: Problem): ProblemView => ({ line, column, message });

/** `*` is for scripts that do not care what they change. */
const revisionOf = (ctx: RouterContext, store: SettingsStore): string => {
  const given = ctx
    .get('if-match')
    .trim()
    .replace(/^"(.*)"$/, '$1');
  if (given === '*') return store.revision;
  if (given !== '') return given;
  const message =
    'Send the revision that the change starts from in the header If-Match, as GET answered it, or * for any.';
  throw new ChainError('invalid_request', message, { param: 'If-Match' });
};

const requireCurrent = (store: SettingsStore, revision: string): void => {
  if (revision === store.revision) return;
  const message =
    'The configuration was changed meanwhile, and nothing was saved. Look at what is there now, then change it again.';
  throw new ChainError('configuration_changed', message);
};

/**
 * The variable for a new key: `own`, which the file names for it already, else one that nothing else reads, and that
 * neither the environment nor `.env` gives another value: that may be a key of another program.
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
