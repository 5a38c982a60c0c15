import { InvalidConfiguration } from '../../config/check/invalid-configuration.js';
import { displayPath } from '../../config/check/problems.js';
import { variableIn } from '../../config/env.js';
import type { Settings } from '../../config/settings.js';
import { loadSettings } from '../../config/source/load.js';
import { listOf, suggest } from '../../config/wording.js';
import { bareId } from '../../engine/models/model-list.js';
import type { ProviderState } from '../../engine/models/provider-models.js';
import type { PreparedProvider, PreparedTarget } from '../../engine/target.js';
import { printable } from '../../logging/printable.js';
import type { Candidate } from '../../runtime/build.js';
import { warningsOf } from '../../runtime/warnings.js';
import { type CommandLine, configurationFile, pluginPaths } from '../options.js';
import { askProviders, buildCandidate, detailOf, type Reports } from '../provider-reports.js';
import { CommandError } from '../terminal/command-error.js';
import { tableOf } from '../terminal/table.js';

/** States in which a provider may answer a request: a missing list of models or a limit does not rule that out. */
const USABLE: ReadonlySet<ProviderState> = new Set(['ok', 'no list', 'at its limit', 'not asked']);

const NOT_LISTED = 'not listed';

/** Validates the configuration, builds the runtime from it, and asks every provider for its models. */
export const check = async (line: CommandLine): Promise<void> => {
  const file = configurationFile(line);
  const loaded = loadSettings(file, process.env, line.options['data-dir']);
  if (!loaded.ok) throw new InvalidConfiguration(loaded.problems);
  const candidate = await buildCandidate(loaded.settings, pluginPaths(line));
  console.log(`${displayPath(file)} is valid.\n`);
  const reports = line.options.offline ? reportsWithoutAsking(candidate.providers) : await askProviders(candidate);
  if (reports.size > 0) console.log(`Providers\n${providerTable(loaded.settings, reports)}\n`);
  if (candidate.chains.all.length > 0) console.log(printable(`Chains\n${chainTables(candidate, reports)}\n`));
  printConclusion(candidate, loaded.settings, reports, line.options.offline ?? false);
};

const reportsWithoutAsking = (providers: readonly PreparedProvider[]): Reports =>
  new Map(
    providers.map(({ provider, unusable }) => [
      provider,
      unusable === undefined ? { state: 'not asked', detail: '' } : { state: unusable.state, detail: unusable.reason },
    ]),
  );

const providerTable = (settings: Settings, reports: Reports): string =>
  tableOf(
    [...reports].map(([id, report]) => [id, report.state, `${detailOf(report)}${hintFor(settings, id, report.state)}`]),
  );

const hintFor = ({ written }: Settings, id: string, state: ProviderState): string => {
  if (state === 'no list') return ' · is baseUrl right?';
  if (state !== 'key refused') return '';
  const key = written?.providers[id]?.apiKey;
  if (key === undefined) return ' · it has no apiKey in the configuration';
  // Only the name of a variable may be shown: anything else is the key itself.
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
  if (report.models === undefined) return 'unknown';
  const ids = report.models.map(({ id }) => id);
  if (ids.includes(bareId(model))) return 'listed';
  return `${NOT_LISTED}.${suggest(model, ids)}`;
};

/** @throws CommandError when no target can serve requests */
const printConclusion = (
  { chains, providers }: Candidate,
  settings: Settings,
  reports: Reports,
  offline: boolean,
): void => {
  if (chains.all.length === 0) throw new CommandError('No chains yet: 429chain cannot answer requests.');
  const all = chains.all.flatMap((chain) => chain.targets);
  const targets = [...new Map(all.map((target) => [target.id, target])).values()];
  if (targets.some((target) => stateOfTarget(target, reports).startsWith(NOT_LISTED))) {
    console.log('warning: a model that is not listed may be retired. It may still work: few lists are complete.');
  }
  for (const warning of warningsOf({ chains, providers })) console.log(`warning: ${printable(warning)}`);
  const usable = targets.filter(({ provider }) => USABLE.has(reports.get(provider)?.state ?? 'failing'));
  const count = `${usable.length} of ${targets.length} ${targets.length === 1 ? 'target' : 'targets'}`;
  if (offline) {
    const advice = usable.length === 0 ? adviceFor(settings, reports) : '';
    console.log(`${count} can be used, as far as --offline can tell: no provider was asked.${advice}`);
  } else if (usable.length > 0) console.log(`${count} can be used.`);
  else throw new CommandError(`No target can be used.${adviceFor(settings, reports)}`);
};

/** What to do when no provider can be used. */
const adviceFor = ({ providers }: Settings, reports: Reports): string => {
  const missing = [...new Set(providers.filter(({ enabled }) => enabled).flatMap((each) => each.missing))];
  const wasAsked = [...reports.values()].some(({ state }) => state !== 'unconfigured' && state !== 'disabled');
  if (wasAsked || missing.length === 0) return ' See the table of providers for the reasons.';
  return ` Set ${listOf(missing, 'or')} in the environment or in .env.`;
};
