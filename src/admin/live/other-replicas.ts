import type { RequestRecord } from '../../contract/requests.js';
import type { Outcome } from '../../plugin/door/attempt.js';
import { toRequestRecord } from '../../plugin/door/request-record.js';
import type { Replicas } from '../../workers/replicas.js';
import type { Feed } from './feed.js';
import { APART_MS } from './feed-client.js';

const REQUESTS = 'live requests';
const WANTED = 'live requests wanted';

/** A replica whose feed has clients asks again after this time: others may have started or returned. */
const ASK_AGAIN_MS = 10_000;
/** Requests are sent for so long after another replica asked for them. */
const WANTED_MS = 25_000;
/** Most records and attempts together in one message. Further requests of these 100 ms are left out. */
const MOST_SENT = 100;

/** Shows the requests of other replicas in the live feed, while it has clients, and sends them those of this process. */
export class RequestsOfReplicas {
  readonly #replicas: Replicas;
  #isFollowed = false;
  #asking: NodeJS.Timeout | undefined;
  #wanted: NodeJS.Timeout | undefined;
  #sending: NodeJS.Timeout | undefined;
  #records: RequestRecord[] = [];
  #size = 0;

  constructor(feed: Feed, replicas: Replicas) {
    this.#replicas = replicas;
    replicas.hear(REQUESTS, (records) => {
      for (const record of records as readonly RequestRecord[]) feed.recordOver(record);
    });
    replicas.hear(WANTED, () => {
      clearTimeout(this.#wanted);
      this.#wanted = setTimeout(() => {
        this.#wanted = undefined;
      }, WANTED_MS).unref();
    });
    replicas.onConnected(() => this.#ask());
  }

  /** Call it when the first client of the feed comes, and after the last one left. */
  followed(isFollowed: boolean): void {
    this.#isFollowed = isFollowed;
    this.#ask();
  }

  /** Call it with each of the own requests. */
  requestOver(outcome: Outcome): void {
    if (this.#wanted === undefined || this.#size >= MOST_SENT) return;
    const record = toRequestRecord(outcome);
    this.#size += 1 + record.attempts.length;
    this.#records.push(record);
    this.#sending ??= setTimeout(() => this.#send(), APART_MS).unref();
  }

  #ask(): void {
    clearTimeout(this.#asking);
    if (!this.#isFollowed || !this.#replicas.connected) return;
    this.#replicas.tell(WANTED);
    this.#asking = setTimeout(() => this.#ask(), ASK_AGAIN_MS).unref();
  }

  #send(): void {
    this.#replicas.tell(REQUESTS, this.#records);
    this.#sending = undefined;
    this.#records = [];
    this.#size = 0;
  }
}
