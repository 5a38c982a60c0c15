import { resolve } from 'node:path';
import type { Log } from '../log.js';
import { ChainError } from '../plugin/errors.js';
import { type Environment, readEnvironment } from './env.js';
import { parseSettings, type SettingsResult } from './load.js';
import { formatProblems } from './problems.js';
import type { Problem, Settings } from './settings.js';
import { readSources, type Sources } from './sources.js';
import { watchSources } from './watch.js';

/** The configuration in force, wherever it comes from. */
export interface SettingsStore {
  readonly current: Settings;
  /** What is wrong with the file as it is now; empty while `current` is what the file says. */
  readonly problems: readonly Problem[];
  /** Calls `listener` with every new `current`. Returns what ends that. */
  onChange(listener: (settings: Settings) => void): () => void;
  /** Calls `listener` with every new `problems`. Returns what ends that. */
  onProblems(listener: (problems: readonly Problem[]) => void): () => void;
  close(): void;
}

export interface StoreOptions {
  /** The variables that go before those of `.env`. */
  readonly env: Environment;
  readonly log: Log;
  /** In place of the configuration's `dataDir`, now and after every change. */
  readonly dataDir?: string | undefined;
}

/** What keeps a configuration from being used. Its message has a line for each problem. */
export class InvalidConfiguration extends ChainError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super('invalid_configuration', formatProblems(problems));
    this.name = 'InvalidConfiguration';
    this.problems = problems;
  }
}

const contentOf = (sources: Sources): string => JSON.stringify(sources);

class FileStore implements SettingsStore {
  readonly #file: string;
  readonly #options: StoreOptions;
  readonly #changeListeners = new Set<(settings: Settings) => void>();
  readonly #problemListeners = new Set<(problems: readonly Problem[]) => void>();
  readonly #unwatch: () => void;
  #current: Settings;
  #problems: readonly Problem[] = [];
  /** Content that `current` was made from. */
  #applied: string;
  /** Content that was looked at last. */
  #seen: string;

  constructor(file: string, options: StoreOptions) {
    this.#file = file;
    this.#options = options;
    // Watched before it is read, so that no change falls in between.
    this.#unwatch = watchSources(file, () => this.#reload(), options.log);
    const sources = readSources(file);
    const result = this.#load(sources);
    if (!result.ok) {
      this.#unwatch();
      throw new InvalidConfiguration(result.problems);
    }
    this.#current = result.settings;
    this.#applied = this.#seen = contentOf(sources);
  }

  get current(): Settings {
    return this.#current;
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  onChange(listener: (settings: Settings) => void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  onProblems(listener: (problems: readonly Problem[]) => void): () => void {
    this.#problemListeners.add(listener);
    return () => this.#problemListeners.delete(listener);
  }

  close(): void {
    this.#unwatch();
    this.#changeListeners.clear();
    this.#problemListeners.clear();
  }

  #load(sources: Sources): SettingsResult {
    if (!sources.ok) return { ok: false, problems: [sources.problem] };
    const { env, dataDir } = this.#options;
    return parseSettings(sources.text, { file: this.#file, env: readEnvironment(env, sources.dotEnv), dataDir });
  }

  #reload(): void {
    const { log } = this.#options;
    const sources = readSources(this.#file);
    const content = contentOf(sources);
    if (content === this.#seen) return;
    this.#seen = content;
    if (content === this.#applied) {
      log.info(`${this.#file} is again what is in force`);
      this.#setProblems([]);
      return;
    }
    const result = this.#load(sources);
    if (!result.ok) {
      log.error(`${this.#file} changed and cannot be used; what was in force before stays so`);
      for (const problem of result.problems) log.error(formatProblems([problem]));
      this.#setProblems(result.problems);
      return;
    }
    this.#applied = content;
    this.#current = result.settings;
    this.#setProblems([]);
    this.#tell(this.#changeListeners, result.settings);
  }

  #setProblems(problems: readonly Problem[]): void {
    if (problems.length === 0 && this.#problems.length === 0) return;
    this.#problems = problems;
    this.#tell(this.#problemListeners, problems);
  }

  #tell<T>(listeners: Iterable<(news: T) => void>, news: T): void {
    for (const listener of [...listeners]) {
      try {
        listener(news);
      } catch (cause) {
        // One listener's failure is not the others', and there is nobody here to catch it.
        this.#options.log.error(`a listener for changes of ${this.#file} failed: ${cause}`);
      }
    }
  }
}

/**
 * Reads `file` and follows its changes and those of the `.env` beside it. A change that cannot be used is logged, and
 * `current` stays.
 * @throws InvalidConfiguration when the file cannot be used from the start
 */
export const openStore = (file: string, options: StoreOptions): SettingsStore => new FileStore(resolve(file), options);

/** A store of a configuration that never changes. */
export const fixedStore = (settings: Settings): SettingsStore => ({
  current: settings,
  problems: [],
  onChange: () => () => {},
  onProblems: () => () => {},
  close: () => {},
});
