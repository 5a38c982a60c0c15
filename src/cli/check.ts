import { relative } from 'node:path';
import { variableIn } from '../config/env.js';
import type { Settings } from '../config/settings.js';
import { loadSettings } from '../config/source/load.js';
import { InvalidConfiguration } from '../config/source/store.js';
import { listOf, suggest } from '../config/wording.js';
import { bareId } from '../engine/models/model-list.js';
import type { ProviderState } from '../engine/models/provider-models.js';
import type { PreparedProvider, PreparedTarget } from '../engine/target.js';
import type { Candidate } from '../runtime/build.js';
import { CommandError } from './command-error.js';
import { type CommandLine, configurationFile, pluginPaths } from './options.js';
import { askAll, buildForTrial, type Reports, wordsFor } from './provider-trial.js';
import { tableOf } from './table.js';

/** States in which a provider may answer a request. No list of models is an authority on that. */
const HOPEFUL: ReadonlySet<ProviderState> = new Set(['ok', 'no list', 'at its limit', 'not asked']);

const NOT_LISTED = 'not listed';

/** Validates the configuration, builds all that follows from it, and asks every provider for its models. */
export const check = async (line: CommandLine): Promise<void> => {
  const file = configurationFile(line);
  const loaded = loadSettings(file, process.env, line.options['data-dir']);
  if (!loaded.ok) throw new InvalidConfiguration(loaded.problems);
  const candidate = await buildForTrial(loaded.settings, pluginPaths(line));
  console.log(`${relative(process.cwd(), file)} is valid.\n`);
  const reports = line.options.offline ? unasked(candidate.providers) : await askAll(candidate);
  if (reports.size > 0) console.log(`Providers\n${providerTable(loaded.settings, reports)}\n`);
  if (candidate.chains.all.length > 0) console.log(`Chains\n${chainTables(candidate, reports)}\n`);
  conclude(candidate, loaded.settings, reports, line.options.offline ?? false);
};

const unasked = (providers: readonly PreparedProvider[]): Reports =>
  new Map(
    providers.map(({ provider, unusable }) => [
      provider,
      unusable === undefined ? { state: 'not asked', detail: '' } : { state: unusable.state, detail: unusable.reason },
    ]),
  );

const providerTable = (settings: Settings, reports: Reports): string =>
  tableOf(
    [...reports].map(([id, report]) => [id, report.state, `${wordsFor(report)}${hintFor(settings, id, report.state)}`]),
  );

const hintFor = ({ written }: Settings, id: string, state: ProviderState): string => {
  if (state === 'no list') return ' · is baseUrl right?';
  if (state !== 'key refused') return '';
  const key = written?.providers[id]?.apiKey;
  if (key === undefined) return ' · no apiKey is written down for it';
  // Only a variable's name may be shown: anything else is the key itself.
  return ` · check ${variableIn(key) ?? 'its apiKey'}`;
};

const chainTables = ({ chains }: Candidate, reports: Reports): string =>
  chains.all
    .map(({ name, targets }) => {
      const rows = targets.map((target) => [target.id, stateOfTarget(target, reports)]);
      return `  ${name}\n${tableOf(rows, '    ')}`;
    })
    .join('\n');

const stateOfTarget = ({ provider, model }: PreparedTarget, reports: Reports): string => {
  const report = reports.get(provider);
  if (report?.state !== 'ok') return report?.state ?? '';
  if (report.models === undefined) return 'not known whether it is there';
  const ids = report.models.map(({ id }) => id);
  if (ids.includes(bareId(model))) return 'listed';
  return `${NOT_LISTED}.${suggest(model, ids)}`;
};

/** @throws CommandError when nobody is left to ask */
const conclude = ({ chains }: Candidate, settings: Settings, reports: Reports, offline: boolean): void => {
  if (chains.all.length === 0)
    throw new CommandError('No chain is configured yet, so that no request can be answered.');
  const all = chains.all.flatMap((chain) => chain.targets);
  const targets = [...new Map(all.map((target) => [target.id, target])).values()];
  if (targets.some((target) => stateOfTarget(target, reports).startsWith(NOT_LISTED))) {
    console.log('warning: a model that is not listed may be gone. It may also work: few lists are complete.');
  }
  const hopeful = targets.filter(({ provider }) => HOPEFUL.has(reports.get(provider)?.state ?? 'failing'));
  const advice = hopeful.length === 0 ? adviceFor(settings, reports) : '';
  const many = `${hopeful.length} of ${targets.length} ${targets.length === 1 ? 'target' : 'targets'}`;
  if (offline) console.log(`${many} could be asked; --offline asked none.${advice}`);
  else if (hopeful.length > 0) console.log(`${many} can be asked.`);
  else throw new CommandError(`No target can be asked.${advice}`);
};

/** What to do when no provider can be used. */
const adviceFor = ({ providers }: Settings, reports: Reports): string => {
  const missing = [...new Set(providers.filter(({ enabled }) => enabled).flatMap((each) => each.missing))];
  const tried = [...reports.values()].some(({ state }) => state !== 'unconfigured' && state !== 'disabled');
  if (tried || missing.length === 0) return ' The table of providers says why.';
  return ` Set ${listOf(missing, 'or')}, in the environment or in .env.`;
};
