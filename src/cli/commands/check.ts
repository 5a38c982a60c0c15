import { readCatalogue } from '../../catalogue/read.js';
import { writtenKeysOf } from '../../config/api-keys.js';
import { InvalidConfiguration } from '../../config/check/invalid-configuration.js';
import { displayPath } from '../../config/check/problems.js';
import { variableIn } from '../../config/env.js';
import { splitKey } from '../../config/keyed-name.js';
import type { Settings } from '../../config/settings.js';
import { loadSettings } from '../../config/source/load.js';
import { listOf, suggest } from '../../config/wording.js';
import { bareId } from '../../engine/models/model-list.js';
import type { ProviderState } from '../../engine/models/provider-models.js';
import { barOf, freeText, trainingText } from '../../engine/rules/standing.js';
import { rulesWarning } from '../../engine/rules/warning.js';
import type { Chain, PreparedProvider, PreparedTarget } from '../../engine/target.js';
import { inspect } from '../../inspection/inspect.js';
import { readSeenModels, seenModelsFile } from '../../inspection/seen-models.js';
import { printable } from '../../logging/printable.js';
import type { Candidate } from '../../runtime/build.js';
import { warningsOf } from '../../runtime/warnings.js';
import { measuredLimits } from '../measured-limits.js';
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
  if (!line.options.offline) await printFindings(candidate, reports);
  printConclusion(candidate, loaded.settings, reports, line.options.offline ?? false);
};

/** Keys that are refused stand in the table of providers already. */
const printFindings = async (candidate: Candidate, reports: Reports): Promise<void> => {
  const { providers, targets, settings } = candidate;
  const findings = inspect({
    providers,
    targets,
    reports,
    quotasOf: measuredLimits(candidate),
    catalogue: await readCatalogue(),
    seen: readSeenModels(seenModelsFile(settings.dataDir)),
  }).filter(({ kind }) => kind !== 'key refused');
  if (findings.length === 0) return;
  console.log('Look after it');
  for (const { about, problem, advice } of findings) console.log(printable(`  ${about}: ${problem}\n    ${advice}`));
  console.log('');
};

const reportsWithoutAsking = (providers: readonly PreparedProvider[]): Reports =>
  new Map(
    providers.map(({ keyedId, unusable }) => [
      keyedId,
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
  const { configured, label } = splitKey(id);
  const key = writtenKeysOf(written?.providers[configured] ?? {}).find(
    (each) => label === undefined || each.label === label,
  )?.key;
  if (key === undefined) return ' · it has no apiKey in the configuration';
  // Only the name of a variable may be shown: anything else is the key itself.
  return ` · check ${variableIn(key) ?? 'its apiKey'}`;
};

const chainTables = ({ chains }: Candidate, reports: Reports): string =>
  chains.all
    .map((chain) => {
      const rows = chain.targets.map((target) => [target.id, stateOfTarget(target, reports), rulesText(target, chain)]);
      return `  ${chain.name}\n${tableOf(rows, '    ')}`;
    })
    .join('\n');

/** What the rules of the chain say about a target. */
const rulesText = (target: PreparedTarget, chain: Chain): string => {
  const bar = barOf(target, chain);
  if (bar !== undefined) return `skipped, ${bar.reason}`;
  const { rules } = chain;
  return [
    ...(rules?.freeOnly === undefined ? [] : [freeText(target.standing.free)]),
    ...(rules?.noTraining === undefined ? [] : [trainingText(target.standing.training)]),
  ].join(' · ');
};

const stateOfTarget = ({ keyedId, model }: PreparedTarget, reports: Reports): string => {
  const report = reports.get(keyedId);
  if (report?.state !== 'ok') return report?.state ?? '';
  if (report.models === undefined) return 'unknown';
  const ids = report.models.map(({ id }) => id);
  if (ids.includes(bareId(model))) return 'listed';
  return `${NOT_LISTED}.${suggest(model, ids)}`;
};

/** @throws CommandError when no target can serve requests */
const printConclusion = (candidate: Candidate, settings: Settings, reports: Reports, offline: boolean): void => {
  const { chains } = candidate;
  if (chains.all.length === 0) throw new CommandError('No chains yet: 429chain cannot answer requests.');
  const all = chains.all.flatMap((chain) => chain.targets);
  const targets = [...new Map(all.map((target) => [target.id, target])).values()];
  const rules = chains.all.map(rulesWarning).filter((warning) => warning !== undefined);
  for (const warning of [...warningsOf(candidate), ...rules]) console.log(`warning: ${printable(warning)}`);
  const permitted = new Set(
    chains.all
      .flatMap((chain) => chain.targets.filter((target) => barOf(target, chain) === undefined))
      .map(({ id }) => id),
  );
  const working = targets.filter(({ keyedId }) => USABLE.has(reports.get(keyedId)?.state ?? 'failing'));
  const usable = working.filter(({ id }) => permitted.has(id));
  const count = `${usable.length} of ${targets.length} ${targets.length === 1 ? 'target' : 'targets'}`;
  if (offline) {
    const advice = usable.length === 0 ? adviceFor(settings, reports) : '';
    console.log(`${count} can be used, as far as --offline can tell: no provider was asked.${advice}`);
  } else if (usable.length > 0) console.log(`${count} can be used.`);
  else if (working.length > 0)
    throw new CommandError('No target can be used: `free` and `privacy` forbid all that could answer.');
  else throw new CommandError(`No target can be used.${adviceFor(settings, reports)}`);
};

/** What to do when no provider can be used. */
const adviceFor = ({ providers }: Settings, reports: Reports): string => {
  const missing = [...new Set(providers.filter(({ enabled }) => enabled).flatMap((each) => each.missing))];
  const wasAsked = [...reports.values()].some(({ state }) => state !== 'unconfigured' && state !== 'disabled');
  if (wasAsked || missing.length === 0) return ' See the table of providers for the reasons.';
  return ` Set ${listOf(missing, 'or')} in the environment or in .env.`;
};
