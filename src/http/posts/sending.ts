import { plainName } from '../../engine/resuming-stream.js';
import type { PreparedTarget } from '../../engine/target.js';
import { isAboutRequest, rejectionOf } from '../../engine/walk/rejection.js';
import type { Served } from '../../engine/waterfall.js';
import type { Usage } from '../../ledger/ledger.js';
import type { Failure, TokenUsage } from '../../plugin/door/attempt.js';
import { ChainError } from '../../plugin/door/errors.js';
import type { Refusal } from '../../plugin/door/protocol.js';
import type { CallerStream } from '../caller-stream.js';
import { refusalOf } from '../errors.js';
import type { Exchange } from '../exchange.js';

/** Names the target that answers, in the head of the response. */
export const nameTarget = (exchange: Exchange, { target, attempts }: Served): void => {
  exchange.set('x-429chain-target', plainName(target.id));
  exchange.set('x-429chain-attempts', String(attempts));
};

/** The request is over when its answer has left, or its caller. */
export const endWhenSent = (
  exchange: Exchange,
  { end }: Served,
  status: number,
  target?: PreparedTarget,
  usage?: Usage | TokenUsage,
  streamed = false,
): void =>
  // A caller may close the connection at [DONE], before we do.
  exchange.onClose((sent) => end(sent || (status === 200 && streamed) ? status : 499, target, usage));

/** The request waits for capacity: its caller gets the beginning of a response before any target has answered. */
export const beginEarly = (exchange: Exchange, stream: CallerStream): void => {
  exchange.begin(stream);
  stream.keepAlive();
};

/** What the caller reads in place of the rest of an answer. */
export const brokenOff = (target: PreparedTarget, failure: Failure): Refusal => {
  const { cause, message } = failure;
  if (isAboutRequest(failure)) return rejectionOf(target, failure);
  return refusalOf(
    cause instanceof ChainError
      ? cause
      : new ChainError('upstream_failed', `${target.id} broke off after its first token: ${message}`),
  );
};
