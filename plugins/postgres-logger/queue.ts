import { randomInt } from 'node:crypto';
import type { RequestContent, RequestRecord } from '429chain/plugin';
import { dayOf } from '../request-log/days.js';
import { shortened } from '../request-log/shorten.js';
import { type Pending, type Row, rowOf } from './batch.js';
import { cleanRecord } from './clean.js';
import { Tally, type TotalsRow } from './tally.js';

/** Requests that are written together. It stays the same until PostgreSQL has confirmed it: it can be sent again. */
export interface Batch {
  readonly pending: readonly Pending[];
  readonly rows: readonly Row[];
  readonly totals: readonly TotalsRow[];
}

export const MOST_PER_BATCH = 500;
/** The most records that wait while PostgreSQL is gone. Further records are only counted. */
const MOST_PENDING = 10_000;
/** The most characters of prompts and answers that wait. Further ones are not kept. */
const MOST_CONTENT = 32 * 2 ** 20;

/** The requests of one replica that are not written yet. */
export class Queue {
  readonly #replica: string;
  readonly #tally = new Tally();
  readonly #pending: Pending[] = [];
  #batch: Batch | undefined;
  #contentLength = 0;
  #number = firstNumber();

  constructor(replica: string) {
    this.#replica = replica;
  }

  /** How many requests wait, with those of the batch that is being written. */
  get waiting(): number {
    return this.#pending.length + (this.#batch?.pending.length ?? 0);
  }

  /** @returns `false` if too many wait: then the request is only counted */
  add(ended: number, record: RequestRecord, content?: RequestContent): boolean {
    const short = shortened(record);
    if (this.waiting >= MOST_PENDING) {
      this.#tally.add(dayOf(ended), cleanRecord(short, JSON.stringify(short)));
      return false;
    }
    const isKept = this.#contentLength < MOST_CONTENT;
    if (isKept) this.#contentLength += lengthOf(content);
    this.#pending.push({ ended, number: this.#number++, record: short, content: isKept ? content : undefined });
    return true;
  }

  /** The batch to write: the same one until `written` is called. There must be a waiting request. */
  batch(): Batch {
    this.#batch ??= this.#nextBatch();
    return this.#batch;
  }

  /** Forgets the batch. */
  written(): void {
    for (const { content } of this.#batch?.pending ?? []) this.#contentLength -= lengthOf(content);
    this.#batch = undefined;
  }

  /** Forgets prompts and answers, except those of the batch: memory is kept for records. */
  dropContents(): void {
    for (const each of this.#pending) {
      this.#contentLength -= lengthOf(each.content);
      each.content = undefined;
    }
  }

  #nextBatch(): Batch {
    const pending = this.#pending.splice(0, MOST_PER_BATCH);
    const rows = pending.map((each) => {
      const { row, record } = rowOf(each, this.#replica);
      this.#tally.add(dayOf(each.ended), record);
      return row;
    });
    return { pending, rows, totals: this.#tally.take() };
  }
}

/** Grows with each start. By chance, so that replicas that start at once have others. It fits a `bigint` until 2109. */
const firstNumber = (): bigint => (BigInt(Date.now()) << 21n) + BigInt(randomInt(2 ** 20));

const lengthOf = (content: RequestContent | undefined): number =>
  content === undefined ? 0 : content.request.length + (content.answer?.length ?? 0);
