import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Log } from '../../log.js';
import type { LedgerSnapshot } from './ledger-snapshot.js';

/** A change is on disk after this, even if the process is killed then. */
const DELAY_MS = 500;

/** A ledger whose state can be saved and restored. */
export interface SnapshotLedger {
  /** Returns the state as plain data. Units held for attempts in flight count as used. */
  snapshot(): LedgerSnapshot;
  /** Takes over a saved state. Call it before the first `configure`, which drops scopes that no longer exist. */
  restore(snapshot: LedgerSnapshot): void;
  onChange(listener: (scope: string) => void): () => void;
}

/** Saves a ledger in a file: it is read once at the start, and written shortly after each change and at the end. */
export class LedgerFile {
  readonly #file: string;
  readonly #ledger: SnapshotLedger;
  readonly #log: Log;
  readonly #unsubscribe: () => void;
  #timer: NodeJS.Timeout | undefined;
  #failing = false;

  /** Restores the ledger from `file`. A damaged file is renamed, with a warning. */
  constructor(file: string, ledger: SnapshotLedger, log: Log) {
    this.#file = file;
    this.#ledger = ledger;
    this.#log = log;
    this.#restore();
    this.#unsubscribe = ledger.onChange(() => this.#plan());
  }

  /** Writes the file a last time. */
  close(): void {
    this.#unsubscribe();
    clearTimeout(this.#timer);
    this.#write();
  }

  #restore(): void {
    let text: string;
    try {
      text = readFileSync(this.#file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#log.warn(`Cannot read the ledger: ${(error as Error).message}. 429chain starts without saved limits.`);
      return;
    }
    try {
      const snapshot = JSON.parse(text) as LedgerSnapshot;
      if (snapshot.version !== 1) throw new Error(`its version is ${String(snapshot.version)}, not 1`);
      this.#ledger.restore(snapshot);
    } catch (error) {
      const aside = `${this.#file}.damaged`;
      this.#setAside(aside);
      this.#log.warn(
        `The ledger in ${this.#file} is damaged (${(error as Error).message}). It was renamed to ${aside}; 429chain learns the limits again.`,
      );
    }
  }

  #setAside(aside: string): void {
    try {
      renameSync(this.#file, aside);
    } catch {
      // The next write warns about a folder that cannot be written.
    }
  }

  #plan(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#write();
    }, DELAY_MS);
    this.#timer.unref();
  }

  /** Replaces the file in one step: a crash leaves the old one or the new one whole. */
  #write(): void {
    const temporary = `${this.#file}.tmp`;
    try {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
      writeFileSync(temporary, JSON.stringify(this.#ledger.snapshot()), { mode: 0o600 });
      renameSync(temporary, this.#file);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing)
        this.#log.warn(
          `Cannot save the ledger in ${this.#file}: ${(error as Error).message}. 429chain forgets limits at a restart.`,
        );
      this.#failing = true;
    }
  }
}
