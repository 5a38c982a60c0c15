import type { Log } from '../../log.js';
import type { Environment } from '../env.js';
import type { Problem, Settings, Writable } from '../settings.js';
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

/** The configuration in force, wherever it comes from. */
export interface SettingsStore {
  readonly current: Settings;
  /** What is wrong with the file as it is now; empty while `current` is what the file says. */
  readonly problems: readonly Problem[];
  /** The file as it was read last, right or wrong; a change of it that is still being looked at is not there yet. */
  readonly text: string;
  /** Stands for `text`: who saves says which text the change is meant for. */
  readonly revision: string;
  readonly writable: Writable;
  /**
   * Changes the configuration: checks everything, writes it, and takes it into use once. Either all of it happens or
   * nothing. Saves wait for each other.
   * @throws ChainError `configuration_changed` when the file is not that of `revision` any more · InvalidConfiguration
   * with status 422 · `read_only`, which shows the change to make · `invalid_request` for edits that make no sense
   */
  save(change: Change, revision: string): Promise<{ readonly revision: string }>;
  /** Everything that would keep `text` from coming into force. Changes nothing. */
  check(text: string): Promise<readonly Problem[]>;
  /**
   * Reads everything again and takes it into use as after a change, though nothing of it may have changed but what `why`
   * names. What keeps it from coming into force is told to the log and to `problems`.
   */
  renew(why: string): Promise<void>;
  /** Whether the environment of the process sets a variable, or names its file: what `.env` says of it counts for nothing then. */
  isFixed(variable: string): boolean;
  /** Whether nothing is lost when `.env` gives a variable this value: nobody gives it another one, there or elsewhere. */
  isFree(variable: string, value: string): boolean;
  /** From now on settings come into force only once `prepare` has made all that follows from them. */
  prepareWith(prepare: (settings: Settings) => Promise<Prepared>): void;
  /** Calls `listener` with every new `current`. Returns what ends that. */
  onChange(listener: (settings: Settings) => void): () => void;
  /** Calls `listener` with every new `problems`. Returns what ends that. */
  onProblems(listener: (problems: readonly Problem[]) => void): () => void;
  /** Nothing comes into force any more. Ends when a change under way has ended. */
  close(): Promise<void>;
}

export interface StoreOptions {
  /** The variables that go before those of `.env`. */
  readonly env: Environment;
  readonly log: Log;
  /** In place of the configuration's `dataDir`, now and after every change. */
  readonly dataDir?: string | undefined;
}
