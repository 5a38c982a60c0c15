import type { Usage } from '../../ledger/ledger.js';
import type { TokenUsage } from '../../plugin/index.js';
import type { AttemptOrder, Progress } from './progress.js';
import type { Estimates } from './request/estimate.js';
import type { Relay } from './surface-answer.js';

/** What a target is charged for an attempt. Closes the reservation once. */
export class Charge {
  readonly #estimates: Estimates;
  readonly #order: AttemptOrder;

  constructor(estimates: Estimates, order: AttemptOrder) {
    this.#estimates = estimates;
    this.#order = order;
  }

  /** What the provider of a stream reported, or else what was seen of the answer. */
  usageOf(relay: Relay): TokenUsage {
    const { request, target } = this.#order;
    if (relay.usage !== undefined) return { ...relay.usage, estimated: false };
    // Reading the text bytes parses the beginning of the stream: not for a stream that reports its usage.
    return this.#estimates.seen(target.id, request.size, relay.textBytes);
  }

  /** The answer is whole. */
  whole(usage: Usage | TokenUsage | undefined): void {
    const { request, target, reservation } = this.#order;
    reservation.settle(usage);
    const isReported = usage !== undefined && !('estimated' in usage && usage.estimated);
    // Other endpoints cost something else than an answer of chat.
    if (isReported && (request.surface?.counts ?? 'tokens') === 'tokens')
      this.#estimates.report(target.id, request.size, usage);
  }

  /** The attempt failed. A refused request counts, but costs no tokens. A stream costs what was seen of it. */
  failed({ sent, head, relay }: Progress): void {
    const { reservation, request, target } = this.#order;
    if (sent === undefined || !sent.exchange.sent) reservation.release();
    else if (relay !== undefined) reservation.settle(this.usageOf(relay));
    else if (head !== undefined && head.status >= 400) reservation.settle({ input: 0, output: 0 });
    else if (head !== undefined && request.stream) {
      reservation.settle(this.#estimates.seen(target.id, request.size, 0));
    } else reservation.settle();
  }
}
