import type { WaitingElsewhere } from '../admin/live/other-workers.js';
import type { Clock } from '../clock.js';
import type { Upstream } from '../engine/attempt/connection/upstream.js';
import type { Pace } from '../engine/attempt/context.js';
import type { Estimates } from '../engine/attempt/request/estimate.js';
import type { HealthBook } from '../engine/health/health-book.js';
import type { ModelCatalog } from '../engine/models/model-catalog.js';
import type { Repairs } from '../engine/repairs.js';
import type { PluginPace } from '../host/in-time.js';
import type { SharedValues } from '../host/shared-values.js';
import type { BodiesInFlight } from '../http/uploads/bodies-in-flight.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Log } from '../log.js';
import type { Protocol } from '../plugin/door/protocol.js';
import type { UnitStore } from '../plugin/door/unit-store.js';
import type { Secrets } from '../secrets.js';
import type { WorkerLink } from '../workers/link.js';

/** What all runtimes of one app share: it outlives a reload. */
export interface SharedServices {
  readonly ledger: Ledger;
  readonly upstream: Upstream;
  readonly estimates: Estimates;
  readonly models: ModelCatalog;
  /** What happened last at targets and providers. */
  readonly health: HealthBook;
  /** What the targets of the configuration in force refused, by `repairsKey`. */
  readonly repairs: Map<string, Repairs>;
  readonly bodiesInFlight: BodiesInFlight;
  readonly clock: Clock;
  readonly log: Log;
  /** Masks the keys of every configuration that has been in force. */
  readonly secrets: Secrets;
  /** What plugins share from one configuration to the next. */
  readonly sharedValues: SharedValues;
  /** The protocols that 429chain speaks by itself, and what they remember. */
  readonly protocols: readonly Protocol[];
  /** The other worker processes. Absent: this process is the only one. */
  readonly workers?: WorkerLink | undefined;
  /** Where several processes count units together, unless a plugin provides such a place. */
  readonly unitStore?: UnitStore | undefined;
  /** Requests that wait for capacity in other workers. Absent: there are none. */
  readonly waitingElsewhere?: WaitingElsewhere | undefined;
  readonly pace?: Pace | undefined;
  /** Shorter waits for plugins; for tests. */
  readonly pluginPace?: PluginPace | undefined;
  readonly version: string;
  /** Epoch ms. */
  readonly startedAt: number;
}
