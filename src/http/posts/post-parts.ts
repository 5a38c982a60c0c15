import type { Log } from '../../log.js';
import type { Authorize } from '../asked.js';
import type { Current } from '../current.js';
import type { Exchange } from '../exchange.js';

/** What requests are answered with. */
export interface PostParts {
  readonly current: () => Current;
  readonly authorize: Authorize;
  readonly log: Log;
}

/** Answers one request. @throws what its caller is refused with */
export type Answer = (exchange: Exchange) => Promise<void>;
