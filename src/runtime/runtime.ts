import { dirname } from 'node:path';
import { statusOf } from '../admin/live/status.js';
import type { Clock } from '../clock.js';
import type { ApiKey, PluginSettings, ProviderSettings, Settings } from '../config/settings.js';
import type { LiveStatus } from '../contract/admin-api.js';
import type { Declaration } from '../contract/quota.js';
import type { Estimates } from '../engine/attempt/estimate.js';
import type { Upstream } from '../engine/attempt/upstream.js';
import { Chains } from '../engine/chains.js';
import type { PreparedProvider, PreparedTarget } from '../engine/target.js';
import { Waterfall } from '../engine/waterfall.js';
import { Host } from '../host/host.js';
import type { Routes } from '../host/routes.js';
import type { Current } from '../http/current.js';
import type { Ledger, TargetStatus } from '../ledger/ledger.js';
import type { Log } from '../log.js';
import type { Plugin } from '../plugin/index.js';
import type { Secrets } from '../secrets.js';
import { checkPluginOptions, refusePlugin, typesOf } from './check-settings.js';
import { ownKey } from './own-key.js';
import { keysIn, prepareProvider, TargetFactory } from './prepare.js';

/** What outlives a reload. */
export interface SharedServices {
  readonly ledger: Ledger;
  readonly upstream: Upstream;
  readonly estimates: Estimates;
  readonly clock: Clock;
  readonly log: Log;
  /** What must not be written anywhere; learns the keys of every configuration. */
  readonly secrets: Secrets;
  readonly version: string;
  /** Epoch ms. */
  readonly startedAt: number;
}

/** How many targets that no chain names are remembered: callers choose their names. */
const MOST_ADDRESSED = 1_000;

const TOO_EARLY = 'How targets stand is known once 429chain has started: ask for it in a hook or a route.';

/** Everything that follows from one configuration. Built whole or not at all; closed when its last request is over. */
export class Runtime implements Current {
  readonly settings: Settings;
  readonly host: Host;
  readonly chains: Chains;
  /** Those of the configuration, also where no chain names them. */
  readonly providers: readonly PreparedProvider[];
  readonly waterfall: Waterfall;
  readonly apiKeys: readonly ApiKey[];
  readonly adminKey: string;
  readonly maxBodyBytes: number;
  readonly startedAt: number;
  readonly now: () => number;
  readonly #ledger: Ledger;
  readonly #configureLedger: () => void;
  readonly #version: string;
  #ending: Promise<void> | undefined;

  private constructor(
    settings: Settings,
    apiKeys: readonly ApiKey[],
    adminKey: string,
    shared: SharedServices,
    host: Host,
    chains: Chains,
    providers: readonly PreparedProvider[],
    configureLedger: () => void,
  ) {
    const { ledger, upstream, clock, estimates, log } = shared;
    this.settings = settings;
    this.host = host;
    this.chains = chains;
    this.providers = providers;
    const { maxWaiting } = settings.server;
    const { hooks, capturesContent } = host;
    this.waterfall = new Waterfall({ ledger, upstream, clock, estimates, log, hooks, capturesContent }, maxWaiting);
    this.apiKeys = apiKeys;
    this.adminKey = adminKey;
    this.maxBodyBytes = settings.server.maxBodyBytes;
    this.startedAt = shared.startedAt;
    this.now = clock.now;
    this.#ledger = ledger;
    this.#configureLedger = configureLedger;
    this.#version = shared.version;
  }

  /**
   * @throws InvalidConfiguration for a provider type or plugin options that do not exist or fit
   * @throws ChainError `plugin_failed`
   */
  static async build(settings: Settings, plugins: readonly PluginSettings[], shared: SharedServices): Promise<Runtime> {
    const { ledger, clock, log, secrets, version } = shared;
    secrets.add(keysIn(settings));
    let built: Runtime | undefined;
    const host = await Host.create({
      builtIns: await builtIns(),
      choices: [...settings.plugins, ...plugins.filter((given) => !isNamedIn(settings, given))],
      log,
      dataDir: settings.dataDir,
      folder: settings.file === undefined ? process.cwd() : dirname(settings.file),
      now: clock.now,
      mask: (text) => secrets.mask(text),
      status: () => {
        if (built === undefined) throw new Error(TOO_EARLY);
        return built.status();
      },
      refuse: (error, choice) => refusePlugin(settings, error, choice),
      checkOptions: (plugin, schema, choice) => checkPluginOptions(settings, plugin, schema, choice),
    });
    try {
      const factory = new TargetFactory(typesOf(settings, host.types), version);
      const all = factory.chains(settings);
      const targets = [...new Set(all.flatMap((chain) => chain.targets))];
      await host.ready(
        targets.map(({ publicView }) => publicView),
        settings.providers.map(({ id, type, limits }) => ({ id, type, limits })),
      );
      const { apiKeys } = settings.server;
      const keys = apiKeys.length > 0 ? apiKeys : [{ key: ownKey(settings.dataDir, 'api-key'), label: 'key 1' }];
      const adminKey = settings.server.adminKey ?? ownKey(settings.dataDir, 'admin-key');
      secrets.add([...keys.map(({ key }) => key), adminKey]);
      const addressed = new Map<string, PreparedTarget>();
      const chains = new Chains(all, settings.defaultChain, { ...settings.direct, targets: [] }, (provider, model) => {
        const id = `${provider}/${model}`;
        const known = addressed.get(id) ?? targets.find((target) => target.id === id);
        // The ledger may have forgotten one that was long unused.
        if (known !== undefined) {
          ledger.register(known.scopes, knownLimits(known));
          return known;
        }
        const made = factory.addressed(provider, model);
        if (made === undefined) return undefined;
        const [oldest] = addressed.keys();
        if (addressed.size >= MOST_ADDRESSED && oldest !== undefined) addressed.delete(oldest);
        ledger.register(made.scopes, knownLimits(made));
        addressed.set(id, made);
        return made;
      });
      const runtime = new Runtime(settings, keys, adminKey, shared, host, chains, factory.providers, () =>
        ledger.configure(
          factory.accounts,
          targets.map(({ scopes }) => scopes),
          [...host.declarations, ...targets.flatMap(knownLimits)],
        ),
      );
      built = runtime;
      return runtime;
    } catch (error) {
      await host.close();
      throw error;
    }
  }

  /** Comes into force: until then the ledger is that of the configuration before. */
  activate(): void {
    this.#configureLedger();
  }

  stateOf(target: PreparedTarget): TargetStatus {
    if (target.unusable === undefined) return this.#ledger.status(target.id);
    return { target: target.id, ...target.unusable, inFlight: 0, quotas: [] };
  }

  get routes(): Routes {
    return this.host.routes;
  }

  /** How every target of every chain stands. */
  status(): LiveStatus {
    return statusOf(this);
  }

  /** Ends every rest of a target and of what it shares with others; what was learned of their limits is forgotten. */
  lift({ id }: PreparedTarget): void {
    this.#ledger.reset(id);
  }

  /** A provider that need not be in the configuration, made ready to be asked; `undefined` for a type that nobody adds. */
  prepare(provider: ProviderSettings): PreparedProvider | undefined {
    const type = this.host.types.find(provider.type);
    return type && prepareProvider(provider, type, this.#version);
  }

  /** Ends when every request that runs on it has ended; those who wait for capacity are refused at once. */
  close(): Promise<void> {
    this.waterfall.close();
    return this.retire();
  }

  /** Ends when every request that runs on it has ended. */
  retire(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    await this.waterfall.idle();
    this.waterfall.close();
    await this.host.close();
  }
}

/** The configuration names the very one that `--plugins` gives: what it says of it holds, and it is not loaded twice. */
const isNamedIn = (settings: Settings, { use, plugin }: PluginSettings): boolean =>
  plugin === undefined && settings.plugins.some((named) => named.use === use);

/** The one place where `src/` reaches `plugins/`. */
const builtIns = async (): Promise<readonly Plugin[]> => (await import('../../plugins/index.js')).builtIns;

/** What a target's type knows of the free tier, for the target itself and for its pool. */
const knownLimits = ({ id, scopes: { pool }, providerType }: PreparedTarget): Declaration[] => {
  const { knownLimits: own, knownPoolLimits } = providerType;
  const shared = pool === undefined ? undefined : knownPoolLimits?.[pool.slice(pool.indexOf('#') + 1)];
  return [
    ...(own === undefined ? [] : [{ scope: id, limits: own, source: 'known' } as const]),
    ...(pool === undefined || shared === undefined ? [] : [{ scope: pool, limits: shared, source: 'known' } as const]),
  ];
};
