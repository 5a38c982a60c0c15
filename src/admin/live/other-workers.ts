import type { RequestRecord } from '../../contract/requests.js';
import type { Outcome } from '../../plugin/door/attempt.js';
import { toRequestRecord } from '../../plugin/door/request-record.js';
import type { WorkerLink } from '../../workers/link.js';
import type { Replicas } from '../../workers/replicas.js';
import type { Feed } from './feed.js';
import { APART_MS } from './feed-client.js';
import { RequestsOfReplicas } from './other-replicas.js';

const REQUESTS = 'live requests';
const WAITING = 'waiting';

/** How many requests wait in the other workers. */
export class WaitingElsewhere {
  readonly #workers: WorkerLink;
  readonly #counts = new Map<number, number>();
  #own = 0;
  #timer: NodeJS.Timeout | undefined;

  #onChange = (): void => {};

  constructor(workers: WorkerLink) {
    this.#workers = workers;
    workers.hear(WAITING, (count, by) => {
      this.#counts.set(by, count as number);
      this.#onChange();
    });
    workers.onHeard(WAITING, () => this.#tellSoon());
    workers.onGone((number) => {
      if (this.#counts.delete(number)) this.#onChange();
    });
  }

  get total(): number {
    let total = 0;
    for (const count of this.#counts.values()) total += count;
    return total;
  }

  /** Calls `listener` when another worker has another number. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  /** Call it with the number of this worker. */
  own(count: number): void {
    if (count === this.#own) return;
    this.#own = count;
    this.#tellSoon();
  }

  #tellSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#workers.tell(WAITING, this.#own);
    }, APART_MS).unref();
  }
}

/**
 * Shows the requests of other workers and replicas in the live feed, while it has clients.
 * @returns what to call for each of the own
 */
export const shareRequests = (
  feed: Feed,
  workers: WorkerLink | undefined,
  replicas: Replicas,
): ((outcome: Outcome) => void) => {
  const ofReplicas = new RequestsOfReplicas(feed, replicas);
  let stop: (() => void) | undefined;
  feed.onFollowed((isFollowed) => {
    stop?.();
    stop = isFollowed ? workers?.hear(REQUESTS, (record) => feed.recordOver(record as RequestRecord)) : undefined;
    ofReplicas.followed(isFollowed);
  });
  return (outcome) => {
    // A worker is also a replica. Sending a request both ways would show it twice.
    if (replicas.connected) ofReplicas.requestOver(outcome);
    else if (workers?.isHeard(REQUESTS)) workers.tell(REQUESTS, toRequestRecord(outcome));
  };
};
