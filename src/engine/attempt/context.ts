import type { Clock } from '../../clock.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Log } from '../../log.js';
import type { Hooks } from '../../plugin/door/hooks.js';
import type { Estimates } from './estimate.js';
import type { Upstream } from './upstream.js';

/** The parts that every attempt works with. */
export interface EngineContext {
  readonly ledger: Ledger;
  readonly hooks: Hooks;
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly estimates: Estimates;
  readonly log: Log;
  /** A plugin wants to see what is asked and answered. */
  readonly capturesContent?: boolean;
}
