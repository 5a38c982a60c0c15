import type { Usage } from '../../ledger/ledger.js';
import type { AttemptRecord, Failure, Repair, ResponseHead } from '../../plugin/door/attempt.js';
import type { Sink } from '../stream/relay.js';

/** What a target answered, before a byte of it went to the caller. */
export type Answer =
  | { readonly stream: false; readonly head: ResponseHead; readonly body: Buffer; readonly usage?: Usage | undefined }
  | { readonly stream: true; readonly head: ResponseHead; readonly pipe: (sink: Sink) => Promise<StreamEnd> };

/** How a stream ended after its first token. */
export interface StreamEnd {
  readonly usage?: Usage | undefined;
  /** The attempt as it ended. */
  readonly record: AttemptRecord;
  /** It broke, or the caller left: what went before is not a whole answer. */
  readonly failure?: Failure | undefined;
}

export type AttemptResult =
  | { readonly kind: 'served'; readonly answer: Answer; readonly record: AttemptRecord }
  | {
      readonly kind: 'failed';
      readonly failure: Failure;
      readonly restsUntil?: number | undefined;
      readonly record: AttemptRecord;
      readonly repairs: readonly Repair[];
      readonly body?: Buffer | undefined;
    };
