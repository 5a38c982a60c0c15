import { dirname } from 'node:path';
import type { PluginSettings, Settings } from '../config/settings.js';
import type { LiveStatus } from '../contract/admin-api.js';
import { Chains } from '../engine/chains.js';
import type { PreparedProvider, PreparedTarget } from '../engine/target.js';
import { Host } from '../host/host.js';
import { PLUGIN_PACE } from '../host/in-time.js';
import type { Account } from '../ledger/ledger.js';
import type { Protocol } from '../plugin/door/protocol.js';
import type { Plugin } from '../plugin/index.js';
import { SURFACES } from '../protocols/surfaces.js';
import { AddressedTargets } from './addressed-targets.js';
import { CandidateSecrets } from './candidate-secrets.js';
import { checkPluginOptions, refusePlugin, typesOf } from './check-settings.js';
import { keysIn } from './configured-keys.js';
import { checkKeyless } from './keyless.js';
import { ownProtocols } from './own-protocols.js';
import { TargetFactory } from './prepare.js';
import type { SharedServices } from './services.js';

/** Everything that follows from one configuration, built and not in use. It may be dropped at any time. */
export interface Candidate {
  readonly settings: Settings;
  readonly host: Host;
  readonly chains: Chains;
  /** Every provider of the configuration, even if no chain uses it. */
  readonly providers: readonly PreparedProvider[];
  /** Every target of every chain, once. */
  readonly targets: readonly PreparedTarget[];
  readonly accounts: readonly Account[];
  readonly secrets: CandidateSecrets;
  readonly shared: SharedServices;
  /** Answers the plugins' `api.status()`; unset until the candidate comes into force. */
  status?: () => LiveStatus;
}

const TOO_EARLY =
  'The state of the targets is not known yet. Use status() in a hook or a route, not in apply or onReady.';

/**
 * Builds everything that follows from `settings`. Touches nothing that outlives the result: no files, no network, no
 * ledger, no shared masker. It applies the plugins, and makes none of them ready.
 * @throws InvalidConfiguration for a provider type or plugin options that do not exist or fit
 * @throws ChainError `plugin_failed`
 */
export const buildRuntime = async (
  settings: Settings,
  plugins: readonly PluginSettings[],
  shared: SharedServices,
): Promise<Candidate> => {
  const secrets = new CandidateSecrets(shared, keysIn(settings));
  try {
    return await build(settings, plugins, shared, secrets);
  } catch (error) {
    throw secrets.masked(error);
  }
};

const build = async (
  settings: Settings,
  plugins: readonly PluginSettings[],
  shared: SharedServices,
  secrets: CandidateSecrets,
): Promise<Candidate> => {
  const { ledger, clock, version, sharedValues, repairs, models, protocols } = shared;
  let candidate: Candidate | undefined;
  const host = await Host.create({
    ...(await builtInPlugins()),
    ownProtocols: ownProtocols(protocols),
    choices: [...settings.plugins, ...plugins.filter((given) => !isNamedIn(settings, given))],
    log: secrets.log,
    dataDir: settings.dataDir,
    folder: settings.file === undefined ? process.cwd() : dirname(settings.file),
    now: clock.now,
    sharedValues,
    workers: shared.workers,
    mask: (text) => secrets.mask(text),
    pace: shared.pluginPace ?? PLUGIN_PACE,
    status: () => {
      if (candidate?.status === undefined) throw new Error(TOO_EARLY);
      return candidate.status();
    },
    refuse: (error, choice) => refusePlugin(settings, error, choice),
    checkOptions: (plugin, schema, choice) => checkPluginOptions(settings, plugin, schema, choice),
  });
  checkKeyless(settings, host);
  const factory = new TargetFactory(
    typesOf(settings, host.types, spokenNames([...protocols, ...host.protocols.all])),
    version,
    clock,
    settings.proxies,
    repairs,
    models,
  );
  const all = factory.chains(settings);
  const targets = [...new Set(all.flatMap((chain) => chain.targets))];
  const addressed = new AddressedTargets(factory, ledger, targets);
  const direct = { ...settings.direct, targets: [] };
  const chains = new Chains({
    all,
    defaultChain: settings.defaultChain,
    aliases: settings.aliases,
    direct,
    addressed: (provider, model) => addressed.find(provider, model),
  });
  const { providers, accounts } = factory;
  candidate = { settings, host, chains, providers, targets, accounts, secrets, shared };
  return candidate;
};

/** Everything that a provider may speak. */
const spokenNames = (protocols: readonly Protocol[]): string[] => [
  ...protocols.filter(({ name, native }) => name === 'chat' || native !== undefined).map(({ name }) => name),
  ...SURFACES.map(({ name }) => name),
];

/** Whether the configuration names the same plugin that `--plugins` gives: then the configuration's options hold. */
const isNamedIn = (settings: Settings, { use, plugin }: PluginSettings): boolean =>
  plugin === undefined && settings.plugins.some((named) => named.use === use);

/** The one place where `src/` reaches `plugins/`. */
const builtInPlugins = async (): Promise<{
  readonly builtIns: readonly Plugin[];
  readonly optional: readonly Plugin[];
  readonly replacedBy: Readonly<Record<string, string>>;
}> => {
  const { builtIns, optional, replacedBy } = await import('../../plugins/index.js');
  return { builtIns, optional, replacedBy };
};
