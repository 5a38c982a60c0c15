import { renameSync } from 'node:fs';
import type { Log } from '../../log.js';
import { replaceStateFile } from '../../replace-state-file.js';
import { readTextFile } from '../../text-file.js';
import type { LedgerSnapshot } from './ledger-snapshot.js';

/** The shortest time between two writes. A process that is killed loses what changed in it. */
const PAUSE_MS = 1_000;
/** The same after a failed write, as a multiple. */
const FAILED_PAUSES = 10;

/** A ledger whose state can be saved and restored. */
export interface SnapshotLedger {
  /** Returns the state as plain data. Units held for attempts in flight count as used. */
  snapshot(): LedgerSnapshot;
  /** Takes over a saved state. Call it before the first `configure`, which drops scopes that no longer exist. */
  restore(snapshot: LedgerSnapshot): void;
  onChange(listener: (scope: string) => void): () => void;
}

/** What a ledger's file works with; for tests. */
export interface LedgerFileOptions {
  readonly pauseMs?: number | undefined;
  /** Whether this process writes the file; several may read it. Default: it does. */
  readonly writes?: (() => boolean) | undefined;
  readonly write?: (file: string, text: string) => Promise<void>;
}

/**
 * Saves a ledger in a file: it is read once at the start, written in the background after changes, at most once a second,
 * and a last time at the end.
 */
export class LedgerFile {
  readonly #file: string;
  readonly #ledger: SnapshotLedger;
  readonly #log: Log;
  readonly #pauseMs: number;
  readonly #replace: (file: string, text: string) => Promise<void>;
  readonly #unsubscribe: () => void;
  readonly #writes: () => boolean;
  /** The text of the file, as far as it is known. */
  #written: string | undefined;
  /** The ledger changed since its last snapshot. */
  #changed = false;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  /** Codes of the errors that were logged since the last write that worked. */
  readonly #failures = new Set<string>();

  /** Restores the ledger from `file`. A damaged file is renamed, with a warning. */
  constructor(
    file: string,
    ledger: SnapshotLedger,
    log: Log,
    { pauseMs = PAUSE_MS, write = replaceStateFile, writes = () => true }: LedgerFileOptions = {},
  ) {
    this.#file = file;
    this.#ledger = ledger;
    this.#log = log;
    this.#pauseMs = pauseMs;
    this.#replace = write;
    this.#writes = writes;
    this.#restore();
    this.#unsubscribe = ledger.onChange(() => {
      this.#changed = true;
      this.#plan();
    });
  }

  /** Resolves when the file has the latest state, or cannot be written. Never rejects. */
  async close(): Promise<void> {
    this.#unsubscribe();
    await this.#writing;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // The state changes with the time as well.
    await this.#write();
  }

  #restore(): void {
    let text: string;
    try {
      text = readTextFile(this.#file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#log.warn(`Cannot read the ledger: ${(error as Error).message}. 429chain starts without saved limits.`);
      return;
    }
    try {
      // An editor may have added a byte order mark.
      const snapshot = JSON.parse(text.replace(/^\uFEFF/, '')) as LedgerSnapshot | null;
      if (snapshot?.version !== 1) throw new Error(`its version is ${String(snapshot?.version)}, not 1`);
      this.#ledger.restore(snapshot);
      this.#written = text;
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
    if (this.#timer !== undefined || this.#writing !== undefined) return;
    const pauses = this.#failures.size === 0 ? 1 : FAILED_PAUSES;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#writing = this.#write().then(() => {
        this.#writing = undefined;
        if (this.#changed) this.#plan();
      });
    }, pauses * this.#pauseMs);
    this.#timer.unref();
  }

  async #write(): Promise<void> {
    this.#changed = false;
    if (!this.#writes()) return;
    try {
      const text = JSON.stringify(this.#ledger.snapshot());
      if (text === this.#written) return;
      await this.#replace(this.#file, text);
      this.#written = text;
      this.#recovered();
    } catch (error) {
      this.#changed = true;
      this.#warn(error as NodeJS.ErrnoException);
    }
  }

  #warn({ code = '', message }: NodeJS.ErrnoException): void {
    if (this.#failures.has(code)) return;
    this.#failures.add(code);
    this.#log.warn(`Cannot save the ledger in ${this.#file}: ${message}. 429chain forgets limits at a restart.`);
  }

  #recovered(): void {
    if (this.#failures.size === 0) return;
    this.#failures.clear();
    this.#log.warn(`The ledger is saved in ${this.#file} again.`);
  }
}
