import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Log } from '../../log.js';
import type { LedgerSnapshot } from './ledger-snapshot.js';

/** A change is on the disk after this, also if the process is killed then. */
const DELAY_MS = 500;

/** A ledger whose state can be saved and restored. */
export interface SnapshotLedger {
  /** Returns the state as plain data. Units held for attempts in flight count as used. */
  snapshot(): LedgerSnapshot;
  /** Takes over a saved state. Call it before the first `configure`, which drops scopes that no longer exist. */
  restore(snapshot: LedgerSnapshot): void;
  onChange(listener: (scope: string) => void): () => void;
}

/** Keeps a ledger in a file: read once at the start, written shortly after each change, and at the end. */
export class LedgerFile {
  readonly #file: string;
  readonly #ledger: SnapshotLedger;
  readonly #log: Log;
  readonly #unsubscribe: () => void;
  #timer: NodeJS.Timeout | undefined;
  #failing = false;

  /** Restores what `file` holds. A damaged file is set aside, with a warning. */
  constructor(file: string, ledger: SnapshotLedger, log: Log) {
    this.#file = file;
    this.#ledger = ledger;
    this.#log = log;
    this.#restore();
    this.#unsubscribe = ledger.onChange(() => this.#plan());
  }

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
        this.#log.warn(`The ledger cannot be read: ${(error as Error).message}`);
      return;
    }
    try {
      const snapshot = JSON.parse(text) as LedgerSnapshot;
      if (snapshot.version !== 1) throw new Error(`its version is ${String(snapshot.version)}, and not 1`);
      this.#ledger.restore(snapshot);
    } catch (error) {
      const aside = `${this.#file}.damaged`;
      this.#setAside(aside);
      this.#log.warn(
        `The ledger in ${this.#file} is damaged (${(error as Error).message}). It was set aside as ${aside}; limits are learned anew.`,
      );
    }
  }

  #setAside(aside: string): void {
    try {
      renameSync(this.#file, aside);
    } catch {
      // A folder that cannot be written is told of when the ledger is written the next time.
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

  /** A new file takes the old one's place at once and whole: a crash leaves the one or the other. */
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
          `The ledger cannot be kept in ${this.#file}: ${(error as Error).message}. Limits are forgotten at a restart.`,
        );
      this.#failing = true;
    }
  }
}
