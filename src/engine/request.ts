import type { Clock } from '../clock.js';
import type { Ledger, Usage } from '../ledger/ledger.js';
import type { Log } from '../log.js';
import type { Failure, Hooks, Repair, ResponseHead, Try } from '../plugin/index.js';
import type { Caller } from './caller.js';
import type { Continuation } from './continuation.js';
import type { Estimates, RequestSize } from './estimate.js';
import type { Sink } from './relay.js';
import type { Chain } from './target.js';
import type { Transcript } from './transcript.js';
import type { Upstream } from './upstream.js';

/** The parts that every attempt works with. */
export interface Parts {
  readonly ledger: Ledger;
  readonly hooks: Hooks;
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly estimates: Estimates;
  readonly log: Log;
  /** A plugin wants to see what is asked and answered. */
  readonly wantsContent?: boolean;
}

/** A request of a caller, read and understood. */
export interface ChainRequest {
  readonly id: string;
  readonly chain: Chain;
  /** Below a provider's base URL, such as `/chat/completions`. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly stream: boolean;
  readonly size: RequestSize;
  readonly caller: Caller;
  /** Which key the caller used, never the key itself. */
  readonly keyLabel: string;
  /** What the caller gets, kept where another target may take up a stream that breaks. */
  readonly transcript?: Transcript | undefined;
  /** An answer broke off, and this request is to take it up. */
  readonly continuation?: Continuation | undefined;
}

/** What a target answered, before a byte of it went to the caller. */
export type Answer =
  | { readonly stream: false; readonly head: ResponseHead; readonly body: Buffer; readonly usage?: Usage | undefined }
  | { readonly stream: true; readonly head: ResponseHead; readonly pipe: (sink: Sink) => Promise<StreamEnd> };

/** How a stream ended after its first token. */
export interface StreamEnd {
  readonly usage?: Usage | undefined;
  /** The attempt as it ended. */
  readonly record: Try;
  /** It broke, or the caller left: what went before is not a whole answer. */
  readonly failure?: Failure | undefined;
}

export type AttemptResult =
  | { readonly kind: 'served'; readonly answer: Answer; readonly record: Try }
  | {
      readonly kind: 'failed';
      readonly failure: Failure;
      readonly restsUntil?: number | undefined;
      readonly record: Try;
      readonly repairs: readonly Repair[];
      readonly body?: Buffer | undefined;
    };
