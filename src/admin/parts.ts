import type { ApiKey, ProviderSettings, Settings } from '../config/settings.js';
import type { SettingsStore } from '../config/source/store.js';
import type { LiveStatus } from '../contract/admin-api.js';
import type { ProviderHealth } from '../contract/health.js';
import type { Inspection } from '../contract/inspection.js';
import type { ModelView } from '../contract/models.js';
import type { Upstream } from '../engine/attempt/connection/upstream.js';
import type { Chains } from '../engine/chains.js';
import type { ProviderReport } from '../engine/models/provider-models.js';
import type { PreparedProvider, PreparedTarget } from '../engine/target.js';
import type { Waterfall } from '../engine/waterfall.js';
import type { Host } from '../host/host.js';
import type { TargetStatus } from '../ledger/ledger.js';

/** The parts of the running engine that the admin uses. */
export interface Running {
  readonly settings: Settings;
  readonly host: Host;
  readonly chains: Chains;
  readonly providers: readonly PreparedProvider[];
  readonly waterfall: Waterfall;
  /** The configured keys, or the one that was generated at the first start. */
  readonly apiKeys: readonly ApiKey[];
  stateOf(target: PreparedTarget): TargetStatus;
  status(): LiveStatus;
  lift(target: PreparedTarget): void;
  learnModels(provider: PreparedProvider, models: readonly ModelView[] | undefined): void;
  checked(provider: PreparedProvider, report: ProviderReport): void;
  providerHealth(keyedIds: readonly string[]): ProviderHealth;
  prepare(provider: ProviderSettings): PreparedProvider | undefined;
  now(): number;
}

/** What the handlers of the admin need. */
export interface AdminParts {
  /** Called for each request, since the configuration may have changed. */
  readonly current: () => Running;
  readonly store: SettingsStore;
  readonly upstream: Upstream;
  readonly inspections: {
    readonly latest: Inspection | undefined;
    readonly everyMs: number | undefined;
    look(): Promise<Inspection>;
  };
}
