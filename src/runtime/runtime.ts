import { statusOf } from '../admin/live/status.js';
import { membershipOf } from '../config/networks.js';
import type { ApiKey, ProviderSettings, Settings } from '../config/settings.js';
import type { LiveStatus } from '../contract/admin-api.js';
import type { HealthView, ProviderHealth } from '../contract/health.js';
import type { ModelView } from '../contract/models.js';
import type { Chains } from '../engine/chains.js';
import { firstList } from '../engine/models/first-list.js';
import type { AskForList } from '../engine/models/model-catalog.js';
import { askForModels, type ProviderReport } from '../engine/models/provider-models.js';
import { COUNTED_BOUND } from '../engine/repairs.js';
import { rulesWarning } from '../engine/rules/warning.js';
import type { PreparedProvider, PreparedTarget } from '../engine/target.js';
import { Waterfall } from '../engine/waterfall.js';
import type { Host } from '../host/host.js';
import type { Routes } from '../host/parts/routes.js';
import type { Current } from '../http/current.js';
import type { BodiesInFlight } from '../http/uploads/bodies-in-flight.js';
import type { Sharing, TargetStatus } from '../ledger/ledger.js';
import type { Protocol } from '../plugin/door/protocol.js';
import type { Candidate } from './build.js';
import { forEachKey } from './declared-for-keys.js';
import { warnOfImpossibleNumbers } from './impossible-numbers.js';
import { knownLimits } from './known-limits.js';
import type { Keys } from './own-key.js';
import { prepareProvider, repairsKey } from './prepare.js';
import { warningsOf } from './warnings.js';

/** The running engine of one configuration. `startRuntime` makes it; it closes when its last request is over. */
export class Runtime implements Current {
  readonly settings: Settings;
  readonly host: Host;
  readonly chains: Chains;
  /** Every provider of the configuration, even if no chain uses it. */
  readonly providers: readonly PreparedProvider[];
  readonly waterfall: Waterfall;
  readonly apiKeys: readonly ApiKey[];
  readonly protocols: readonly Protocol[];
  readonly adminKey: string;
  readonly maxBodyBytes: number;
  readonly maxBodiesInFlight: number;
  readonly bodiesInFlight: BodiesInFlight;
  readonly allowedOrigins: '*' | readonly string[];
  readonly isTrustedProxy: (address: string) => boolean;
  readonly startedAt: number;
  readonly now: () => number;
  readonly #candidate: Candidate;
  #ending: Promise<void> | undefined;

  constructor(candidate: Candidate, keys: Keys) {
    const { settings, host, chains, providers, shared } = candidate;
    const { ledger, upstream, clock, estimates, log, pace, startedAt, health } = shared;
    this.#candidate = candidate;
    this.settings = settings;
    this.host = host;
    this.chains = chains;
    this.providers = providers;
    const { maxWaiting, maxBodyBytes, maxBodiesInFlight, cors, trustedProxies } = settings.server;
    const { hooks, capturesContent } = host;
    warnOfImpossibleNumbers(hooks, log);
    this.waterfall = new Waterfall(
      {
        ledger,
        upstream,
        clock,
        estimates,
        log,
        hooks,
        capturesContent,
        pace,
        modelOf: (target) => this.modelOf(target),
        onAttempt: (record) => health.note(record),
      },
      maxWaiting,
    );
    this.apiKeys = keys.api;
    this.protocols = [...shared.protocols, ...host.protocols.all];
    this.adminKey = keys.admin;
    this.maxBodyBytes = maxBodyBytes;
    this.maxBodiesInFlight = maxBodiesInFlight;
    this.bodiesInFlight = shared.bodiesInFlight;
    this.allowedOrigins = cors;
    this.isTrustedProxy = membershipOf(trustedProxies);
    this.startedAt = startedAt;
    this.now = clock.now;
  }

  /** Brings the configuration into force: the ledger counts by it, and every log line masks its keys. Does not fail. */
  activate(): void {
    const { host, targets, accounts, secrets, shared } = this.#candidate;
    secrets.activate();
    shared.repairs.clear();
    for (const target of targets) shared.repairs.set(repairsKey(target), target.repairs);
    shared.ledger.configure(
      accounts,
      targets.map(({ scopes }) => scopes),
      [...forEachKey(host.declarations, this.providers), ...targets.flatMap(knownLimits)],
    );
    shared.health.configure(
      accounts,
      targets.map(({ id }) => id),
    );
    this.#candidate.status = () => this.status();
    for (const warning of warningsOf(this)) shared.log.warn(warning);
    void this.#keepLists();
  }

  /** Reads the lists of models that rules of chains depend on, now and whenever they grow old. */
  async #keepLists(): Promise<void> {
    const { models, log } = this.#candidate.shared;
    const bound = this.chains.all.filter(({ rules }) => rules?.freeOnly !== undefined);
    const used = new Set(bound.flatMap(({ targets }) => targets.map(({ provider }) => provider)));
    const isForAll = this.chains.directRules?.freeOnly !== undefined;
    await models.keep(
      this.providers.filter(
        ({ provider, providerType }) => providerType.modelList?.prices && (isForAll || used.has(provider)),
      ),
      this.#askForList,
    );
    if (this.#ending !== undefined) return;
    for (const chain of this.chains.all) {
      const warning = rulesWarning(chain);
      if (warning !== undefined) log.warn(warning);
    }
  }

  readonly #askForList: AskForList = (provider, signal) => {
    const { upstream } = this.#candidate.shared;
    const dispatcher = upstream.dispatcher(provider.timeouts.connect, provider.proxy);
    const keys = this.providers.filter((each) => each.provider === provider.provider);
    return firstList(keys, (each) => askForModels(each, this.host.hooks, dispatcher, { signal, triesKey: false }));
  };

  /** Takes over a provider's list of models that was read for another purpose, so that chains judge by it too. */
  learnModels(provider: PreparedProvider, models: readonly ModelView[] | undefined): void {
    if (models !== undefined) this.#candidate.shared.models.learn(provider, models);
  }

  /** Notes what a provider answered when it was asked for its models. */
  checked({ keyedId }: PreparedProvider, { state, detail, keyUntried }: ProviderReport): void {
    const untried = keyUntried === true ? { keyUntried } : {};
    this.#candidate.shared.health.checked(keyedId, { at: this.now(), state, detail, ...untried });
  }

  stateOf(target: PreparedTarget): TargetStatus {
    if (target.unusable === undefined) return this.#candidate.shared.ledger.status(target.id);
    return { target: target.id, ...target.unusable, inFlight: 0, quotas: [] };
  }

  healthOf(target: PreparedTarget): HealthView | undefined {
    return this.#candidate.shared.health.ofTarget(target.id, this.now());
  }

  /** What happened last at a provider, with these of its keys. */
  providerHealth(keyedIds: readonly string[]): ProviderHealth {
    return this.#candidate.shared.health.ofProvider(keyedIds, this.now());
  }

  /** What is known of a target's model. Never waits: an unknown list is asked for in the background. */
  modelOf(target: PreparedTarget): ModelView | undefined {
    return this.#candidate.shared.models.find(target, this.#askForList);
  }

  /** Requests that wait for capacity, in all workers. */
  get waiting(): number {
    return this.waterfall.waiting + (this.#candidate.shared.waitingElsewhere?.total ?? 0);
  }

  /** Where several processes count together, if they do. */
  get sharing(): Sharing | undefined {
    return this.#candidate.shared.ledger.sharing;
  }

  /** A process found that the provider of a target counts the bound on an answer beforehand. */
  learnCountedBound(target: string): void {
    for (const { id, repairs } of this.#candidate.targets)
      if (id === target && !repairs.drops(COUNTED_BOUND)) repairs.learn([{ drop: COUNTED_BOUND }], {});
  }

  get routes(): Routes {
    return this.host.routes;
  }

  /** The current state of every target of every chain. */
  status(): LiveStatus {
    return statusOf(this);
  }

  /** Ends every cooldown of a target and of what it shares with others. What was learned of their limits is forgotten. */
  lift({ id, endpoints }: PreparedTarget): void {
    endpoints.reset();
    this.#candidate.shared.ledger.reset(id);
  }

  /** Prepares a provider, which need not be in the configuration; `undefined` if no plugin adds its type. */
  prepare(provider: ProviderSettings): PreparedProvider | undefined {
    const type = this.host.types.find(provider.type);
    return type && prepareProvider(provider, type, this.#candidate.shared.version, this.settings.proxies);
  }

  /** Resolves when every request that runs on it has ended. Requests that wait for capacity are refused at once. */
  close(): Promise<void> {
    this.waterfall.close();
    return this.retire();
  }

  /** The same, without an end of its plugins. */
  drained(): Promise<void> {
    this.waterfall.close();
    return this.waterfall.idle();
  }

  /** Resolves when every request that runs on it has ended and its plugins are closed. */
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
