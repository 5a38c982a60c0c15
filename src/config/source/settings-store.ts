import type { Writable } from '../../contract/admin-configuration.js';
import type { Log } from '../../log.js';
import type { Environment } from '../env.js';
import type { Problem, Settings } from '../settings.js';
import type { Change } from './change.js';

/** What follows from new settings: built, started, then activated. Building it has no effects. */
export interface Prepared {
  /** Does everything that can fail before the settings come into force. If it rejects, there is nothing to dispose of. */
  start(): Promise<void>;
  /** Brings it into force, once it has started. Must not fail. */
  activate(): void;
  /** Drops it, started or not. */
  dispose(): Promise<void>;
}

/** The configuration in force, from a file or from memory. */
export interface SettingsStore {
  readonly current: Settings;
  /** What is wrong with the file as it is now; empty while `current` matches the file. */
  readonly problems: readonly Problem[];
  /** The text of the file as last read, valid or not. A change that is still being checked is not included. */
  readonly text: string;
  /** Identifies `text`. A save names the revision that it is based on. */
  readonly revision: string;
  readonly writable: Writable;
  /**
   * Changes the configuration: checks it, starts what follows from it, writes it, and brings it into force. Either all of
   * this happens or nothing. Saves wait for each other, also in several processes that share the file.
   * @throws ChainError `configuration_changed` if the file no longer has `revision`, or if a variable that `change` sets was
   * changed in the meantime · InvalidConfiguration with status
   * 422 · `read_only`, which shows the change to make by hand · `invalid_request` for edits that do not apply
   */
  save(change: Change, revision: string): Promise<{ readonly revision: string }>;
  /** Brings changes of the files into force that were not noticed yet, such as those of another replica. Never rejects. */
  catchUp(): Promise<void>;
  /** The problems of `text` as a configuration, including those that only building it shows. Has no effects. */
  check(text: string): Promise<readonly Problem[]>;
  /**
   * Reads everything again and brings it into force, even if the file did not change. `why` is the reason, for the log. If
   * it fails, the log and `problems` say why.
   */
  renew(why: string): Promise<void>;
  /** Reads the file now if it changed, instead of waiting until the change is noticed. Rejects only when the store is closed. */
  refresh(): Promise<void>;
  /** Whether the environment of the process sets a variable or its file: it overrides `.env` then. */
  isFixed(variable: string): boolean;
  /** Whether `.env` may set a variable to this value: no other value is set, there or in the environment. */
  isFree(variable: string, value: string): boolean;
  /** From now on, settings come into force only after what `prepare` builds from them has started. */
  prepareWith(prepare: (settings: Settings) => Promise<Prepared>): void;
  /** Calls `listener` with every new `current`. Returns a function that stops this. */
  onChange(listener: (settings: Settings) => void): () => void;
  /** Calls `listener` with every new `problems`. Returns a function that stops this. */
  onProblems(listener: (problems: readonly Problem[]) => void): () => void;
  /** Lets no further change come into force. Resolves when a change in progress has ended. */
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Environment variables. They override those of `.env`. */
  readonly env: Environment;
  readonly log: Log;
  /** Overrides the configuration's `dataDir`, also after every change. */
  readonly dataDir?: string | undefined;
}
