import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RequestAttempt, RequestRecord } from '429chain/plugin';
import { RequestStore } from '../../../plugins/nedb-logger/store.js';
import type { StoreSettings } from '../../../plugins/nedb-logger/writer.js';
import { MemoryLog } from '../../proxy.js';
import { TurningClock } from '../../turning-clock.js';

/** Noon of 1 January 2026. */
const NOON = Date.UTC(2026, 0, 1, 12);
export const DAY_MS = 86_400_000;

/** A store on a real disk that can be restarted. */
export class StoreInFolder {
  readonly #root = mkdtempSync(join(tmpdir(), '429chain-log-'));
  readonly folder = join(this.#root, 'requests');
  readonly log = new MemoryLog();
  readonly clock = new TurningClock(NOON);
  readonly #settings: Partial<StoreSettings>;
  store: RequestStore;

  constructor(settings: Partial<StoreSettings> = {}) {
    this.#settings = settings;
    this.store = this.#make();
  }

  /** Starts again as after a crash: what was not written is lost. */
  restart(): RequestStore {
    this.store = this.#make();
    return this.store;
  }

  get files(): string[] {
    return readdirSync(this.folder).filter((file) => file.endsWith('.db'));
  }

  async add(number: number, make: (index: number) => RequestRecord): Promise<void> {
    for (let index = 0; index < number; index++) this.store.add(make(index));
    await this.store.flush();
  }

  async ids(limit = 500): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const { requests, next } = await this.store.requests({ limit, cursor });
      ids.push(...requests.map(({ id }) => id));
      cursor = next;
    } while (cursor !== undefined);
    return ids;
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  #make(): RequestStore {
    const { log, clock } = this;
    return new RequestStore(this.folder, {
      keepMs: 30 * DAY_MS,
      maxRequests: 200_000,
      maxBytes: 2 ** 40,
      now: clock.now,
      log,
      ...this.#settings,
    });
  }
}

export const attemptOf = (outcome: RequestAttempt['outcome'], more: Partial<RequestAttempt> = {}): RequestAttempt => ({
  target: 'groq/a-model',
  outcome,
  durationMs: outcome === 'skipped' ? 0 : 100,
  ...more,
});

/** A record. By default, groq served it. */
export const recordOf = (id: string, more: Partial<RequestRecord> = {}): RequestRecord => ({
  id,
  at: NOON,
  chain: 'default',
  target: 'groq/a-model',
  provider: 'groq',
  model: 'a-model',
  promptTokens: 10,
  completionTokens: 20,
  tokensEstimated: false,
  latencyMs: 120,
  waitedMs: 0,
  status: 200,
  stream: false,
  path: '/chat/completions',
  keyLabel: 'key 1',
  resumed: 0,
  attempts: [attemptOf('served')],
  ...more,
});
