import type { Usage } from '../../ledger/ledger.js';
import type { AttemptRecord, Failure, Repair, ResponseHead, TokenUsage } from '../../plugin/door/attempt.js';
import type { MediaKind } from '../../plugin/door/conversation.js';
import type { Fields } from '../../plugin/fields.js';
import type { Sink } from '../stream/sink.js';

/** A whole answer in the caller's own protocol. */
export interface NativeAnswer {
  /** The answer, parsed. */
  readonly data: unknown;
  /** The chat completion that it stands for. */
  readonly completion: Fields;
}

/** What a target answered, before a byte of it went to the caller. */
export type Answer =
  | {
      readonly stream: false;
      readonly head: ResponseHead;
      readonly body: Buffer;
      readonly usage?: Usage | undefined;
      /** Set if the body is in the caller's own protocol. */
      readonly native?: NativeAnswer | undefined;
    }
  | { readonly stream: true; readonly head: ResponseHead; readonly pipe: (sink: Sink) => Promise<StreamEnd> };

/** How a stream ended after its first token. */
export interface StreamEnd {
  /** What the target was charged: the reported usage, or an estimate from what was seen of the answer. */
  readonly usage: TokenUsage;
  /** The attempt as it ended. */
  readonly record: AttemptRecord;
  /** Set when the stream broke or the caller left: the answer is not whole. */
  readonly failure?: Failure | undefined;
}

interface ServedResult {
  readonly kind: 'served';
  readonly answer: Answer;
  readonly record: AttemptRecord;
}

export interface FailedResult {
  readonly kind: 'failed';
  readonly failure: Failure;
  /** When the target's cooldown ends, epoch ms. Absent when the failure started none. */
  readonly restsUntil?: number | undefined;
  readonly record: AttemptRecord;
  /** Changes to the request that may make the target accept it. */
  readonly repairs: readonly Repair[];
  /** The part of the request that the target takes in no request. */
  readonly lacks?: MediaKind | undefined;
}

export type AttemptResult = ServedResult | FailedResult;
