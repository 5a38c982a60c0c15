import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { RequestRecord } from '429chain/plugin';
import { RequestStore } from '../../../plugins/nedb-logger/store.js';
import type { StoreSettings } from '../../../plugins/nedb-logger/writer.js';
import { MemoryLog } from '../../proxy.js';
import { TurningClock } from '../../turning-clock.js';
import { addTo, idsIn, type LoggedStore } from '../request-log/logged-store.js';
import { DAY_MS, NOON } from '../request-log/records.js';

/** A store on a real disk that can be restarted. */
export class StoreInFolder implements LoggedStore {
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

  add(number: number, make: (index: number) => RequestRecord): Promise<void> {
    return addTo(this, number, make);
  }

  ids(limit = 500): Promise<string[]> {
    return idsIn(this, { limit });
  }

  async days(): Promise<readonly string[]> {
    return [...new Set(this.files.map((file) => file.slice(0, 10)))].sort();
  }

  async removeDay(day: string): Promise<void> {
    for (const file of this.files.filter((each) => each.startsWith(day))) rmSync(join(this.folder, file));
  }

  async break(): Promise<void> {
    mkdirSync(dirname(this.folder), { recursive: true });
    writeFileSync(this.folder, 'a file in its place');
  }

  async mend(): Promise<void> {
    rmSync(this.folder);
  }

  async remove(): Promise<void> {
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
