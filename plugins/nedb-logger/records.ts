import type { PluginWorkers, RequestContent, RequestLog, RequestLogHealth, RequestRecord } from '429chain/plugin';
import type { RequestStore } from './store.js';

type Entry = readonly [record: RequestRecord, content: RequestContent | undefined];

/** Records are sent to the worker that writes together after this time. */
const BATCH_MS = 100;
/** The most records that wait while no worker writes. Further ones are lost. */
const MOST_WAITING = 10_000;

/** The records of all workers: one of them has the files open, and the others ask it. */
export class SharedRecords implements RequestLog {
  readonly #workers: PluginWorkers;
  readonly #store: () => RequestStore;
  readonly #warn: (message: string) => void;
  #waiting: Entry[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #health: RequestLogHealth = { lost: 0 };
  #lost = 0;

  constructor(workers: PluginWorkers, store: () => RequestStore, warn: (message: string) => void) {
    this.#workers = workers;
    this.#store = store;
    this.#warn = warn;
  }

  /** Call it in `onReady`. */
  ready(): void {
    const { answer } = this.#workers;
    answer('add', async (entries) => {
      for (const [record, content] of entries as Entry[]) this.#store().add(record, content);
      // Only then are they safe from the end of this worker.
      await this.#store().flush();
      return this.#store().health;
    });
    answer('requests', (query) => this.#store().requests(query as Parameters<RequestLog['requests']>[0]));
    answer('request', (id) => this.#store().request(id as string));
    answer('usage', (span) => this.#store().usage(span as Parameters<RequestLog['usage']>[0]));
    answer('send', () => this.#send());
  }

  get health(): RequestLogHealth {
    const health = this.#workers.writes ? this.#store().health : this.#health;
    return { ...health, lost: health.lost + this.#lost };
  }

  add(record: RequestRecord, content?: RequestContent): void {
    if (this.#workers.writes) {
      this.#store().add(record, content);
      return;
    }
    if (this.#waiting.length >= MOST_WAITING) {
      this.#lost++;
      return;
    }
    this.#waiting.push([record, content]);
    this.#timer ??= setTimeout(() => void this.#send(), BATCH_MS);
  }

  async requests(...[query]: Parameters<RequestLog['requests']>): ReturnType<RequestLog['requests']> {
    return (await this.#ask('requests', query)) as Awaited<ReturnType<RequestLog['requests']>>;
  }

  async request(id: string): ReturnType<RequestLog['request']> {
    return (await this.#ask('request', id)) as Awaited<ReturnType<RequestLog['request']>>;
  }

  async usage(...[span]: Parameters<RequestLog['usage']>): ReturnType<RequestLog['usage']> {
    return (await this.#ask('usage', span)) as Awaited<ReturnType<RequestLog['usage']>>;
  }

  /** Resolves when everything is with the worker that writes. */
  async close(): Promise<void> {
    await this.#send();
  }

  /** Asks for what all workers have logged so far. */
  async #ask(question: 'requests' | 'request' | 'usage', value: unknown): Promise<unknown> {
    await Promise.all([this.#workers.askOthers('send'), this.#send()]);
    if (this.#workers.writes) return this.#store()[question](value as never);
    return await this.#workers.askWriter(question, value);
  }

  async #send(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#sending;
    if (this.#waiting.length === 0) return;
    const entries = this.#waiting;
    this.#waiting = [];
    this.#sending = this.#deliver(entries);
    await this.#sending;
  }

  async #deliver(entries: readonly Entry[]): Promise<void> {
    try {
      this.#health = (await this.#workers.askWriter('add', entries)) as RequestLogHealth;
    } catch (error) {
      this.#lost += entries.length;
      this.#warn(`The request log lost ${entries.length} requests: ${(error as Error).message}.`);
    }
  }
}
