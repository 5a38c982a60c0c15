import type { Clock } from '../../clock.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Log } from '../../log.js';
import type { Hooks } from '../../plugin/door/hooks.js';
import type { Estimates } from './estimate.js';
import type { Upstream } from './upstream.js';

/** What the engine works with. The same for every request under one configuration. */
export interface EngineContext {
  readonly ledger: Ledger;
  readonly hooks: Hooks;
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly estimates: Estimates;
  readonly log: Log;
  /** A plugin asked for the text of requests and answers. */
  readonly capturesContent?: boolean;
}
