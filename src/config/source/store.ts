import { resolve } from 'node:path';
import type { Writable } from '../../contract/admin-configuration.js';
import { ChainError } from '../../plugin/door/errors.js';
import { InvalidConfiguration } from '../check/invalid-configuration.js';
import { formatProblems } from '../check/problems.js';
import { applyEdits } from '../edit/edit.js';
import { isVariableSet, readEnvironment } from '../env.js';
import type { Problem, Settings } from '../settings.js';
import { applyTextAndSecrets, type Change } from './change.js';
import { type Base, revisionOf, unchangedTexts } from './conflict.js';
import { Listeners } from './listeners.js';
import { parseSettings, type SettingsResult } from './load.js';
import { fileMedium, type Medium, memoryMedium, reasonOf, type Texts } from './medium.js';
import { readOnlyError } from './read-only-error.js';
import type { Prepared, SettingsStore, StoreOptions } from './settings-store.js';
import type { Sources } from './sources.js';

export { InvalidConfiguration } from '../check/invalid-configuration.js';
export type { Prepared, SettingsStore, StoreOptions } from './settings-store.js';

const NOTHING_TO_PREPARE: Prepared = { start: async () => {}, activate: () => {}, dispose: async () => {} };

/** How soon files that could not be read are read again. */
const RETRY_MS = 1_000;

const contentOf = (sources: Sources): string => JSON.stringify(sources);

class Store implements SettingsStore {
  readonly #medium: Medium;
  readonly #options: StoreOptions;
  readonly #name: string;
  readonly #changeListeners: Listeners<Settings>;
  readonly #problemListeners: Listeners<readonly Problem[]>;
  readonly #unwatch: () => void;
  #prepare: (settings: Settings) => Promise<Prepared> = async () => NOTHING_TO_PREPARE;
  #current: Settings;
  #problems: readonly Problem[] = [];
  #text: string;
  #dotEnv: string;
  #revision: string;
  /** The version of the files when they were read last. */
  #version: string;
  /** The content that `current` was made from. */
  #applied: string;
  /** The content that was checked last. */
  #seen: string;
  /** The end of the last reload, save or check: they run one after another. */
  #turns: Promise<unknown> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(medium: Medium, options: StoreOptions) {
    this.#medium = medium;
    this.#options = options;
    this.#name = medium.file ?? 'The configuration';
    const onFailure = (cause: unknown): void => {
      options.log.error(`A listener for changes of ${this.#name} failed: ${cause}`);
    };
    this.#changeListeners = new Listeners(onFailure);
    this.#problemListeners = new Listeners(onFailure);
    // Watch before reading, so that no change is missed in between.
    this.#unwatch = medium.watch(() => void this.#reloadSoon());
    this.#version = medium.versionNow;
    const sources = medium.read();
    const result = this.#load(sources);
    if (!result.ok || !sources.ok) {
      this.#unwatch();
      throw new InvalidConfiguration(result.ok ? [] : result.problems);
    }
    this.#current = result.settings;
    this.#text = sources.text;
    this.#dotEnv = sources.dotEnv;
    this.#revision = revisionOf(sources.text);
    this.#applied = this.#seen = contentOf(sources);
  }

  get current(): Settings {
    return this.#current;
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  get text(): string {
    return this.#text;
  }

  get revision(): string {
    return this.#revision;
  }

  get writable(): Writable {
    return this.#medium.writable;
  }

  save(change: Change, revision: string): Promise<{ readonly revision: string }> {
    const base: Base = { revision, dotEnv: this.#dotEnv };
    return this.#turn(async () => {
      try {
        return await this.#save(change, base);
      } catch (cause) {
        // The next query then gets the new content.
        if ((cause as ChainError).code === 'configuration_changed') await this.#reload();
        throw cause;
      }
    });
  }

  async catchUp(): Promise<void> {
    if ((await this.#medium.version()) !== this.#version) await this.#reloadSoon();
  }

  check(text: string): Promise<readonly Problem[]> {
    return this.#turn(async () => {
      const sources = this.#medium.read();
      const result = this.#load({ ok: true, text, dotEnv: sources.ok ? sources.dotEnv : '' });
      if (!result.ok) return result.problems;
      try {
        const prepared = await this.#prepare(result.settings);
        await prepared.dispose();
        return [];
      } catch (cause) {
        if (this.#closed) throw cause;
        return this.#problemsIn(cause);
      }
    });
  }

  renew(why: string): Promise<void> {
    return this.#turn(() => {
      this.#seen = this.#applied = '';
      return this.#reload(why);
    });
  }

  refresh(): Promise<void> {
    return this.#turn(() => this.#reload());
  }

  isFixed(variable: string): boolean {
    return isVariableSet(this.#options.env, variable);
  }

  isFree(variable: string, value: string): boolean {
    const sources = this.#medium.read();
    const there = readEnvironment(this.#options.env, sources.ok ? sources.dotEnv : '')[variable]?.trim();
    return there === undefined || there === value;
  }

  prepareWith(prepare: (settings: Settings) => Promise<Prepared>): void {
    this.#prepare = prepare;
  }

  onChange(listener: (settings: Settings) => void): () => void {
    return this.#changeListeners.add(listener);
  }

  onProblems(listener: (problems: readonly Problem[]) => void): () => void {
    return this.#problemListeners.add(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#unwatch();
    clearTimeout(this.#retry);
    this.#changeListeners.clear();
    this.#problemListeners.clear();
    await this.#turns;
  }

  #turn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turns.then(() => {
      if (this.#closed) throw new ChainError('shutting_down', '429chain is stopping; nothing was changed.');
      return work();
    });
    this.#turns = turn.catch(() => {});
    return turn;
  }

  #reloadSoon(): Promise<void> {
    return this.#turn(() => this.#reload()).catch((cause: unknown) => {
      if (!this.#closed) this.#options.log.error(`${this.#name} cannot be reloaded: ${(cause as Error).message}`);
    });
  }

  #load(sources: Sources): SettingsResult {
    if (!sources.ok) return { ok: false, problems: [sources.problem] };
    const { env, dataDir } = this.#options;
    const { file } = this.#medium;
    return parseSettings(sources.text, { file, env, dotEnv: sources.dotEnv, dataDir });
  }

  async #reload(why = `${this.#name} changed`): Promise<void> {
    clearTimeout(this.#retry);
    // Before reading: a change in between is then noticed.
    const version = await this.#medium.version();
    await this.#use(this.#medium.read(), why);
    this.#version = version;
  }

  async #use(sources: Sources, why: string): Promise<void> {
    const { log } = this.#options;
    // What keeps a file from being read, such as too many open files, may end without a change of the file.
    if (!sources.ok) this.#retry = setTimeout(() => void this.#reloadSoon(), RETRY_MS).unref();
    const content = contentOf(sources);
    if (content === this.#seen) return;
    this.#seen = content;
    if (content === this.#applied) {
      log.info(`${this.#name} matches the configuration in force again`);
      this.#read(sources);
      this.#setProblems([]);
      return;
    }
    const result = this.#load(sources);
    if (!result.ok) return this.#refuse(why, result.problems, sources);
    try {
      this.#activate(await this.#started(result.settings), result.settings, sources);
    } catch (cause) {
      if (this.#closed) return;
      this.#refuse(why, this.#problemsIn(cause), sources);
    }
  }

  #problemsIn(cause: unknown): readonly Problem[] {
    if (cause instanceof InvalidConfiguration) return cause.problems;
    return [{ file: this.#name, line: 1, column: 1, message: (cause as Error).message }];
  }

  #refuse(why: string, problems: readonly Problem[], sources: Sources): void {
    const { log } = this.#options;
    this.#read(sources);
    log.error(`${why} and cannot be used; 429chain keeps the previous configuration`);
    for (const problem of problems) log.error(formatProblems([problem]));
    this.#setProblems(problems);
  }

  async #save(change: Change, base: Base): Promise<{ readonly revision: string }> {
    // Again if another process changed other variables of `.env` in the meantime.
    for (;;) {
      const before = unchangedTexts(this.#medium.read(), base, change, this.#name);
      const next = this.#next(before, change);
      if (next.text === before.text && next.dotEnv === before.dotEnv) return { revision: base.revision };
      const settings = this.#valid(next);
      const { writable } = this.#medium;
      if (!writable.ok) throw this.#readOnly(writable.reason, before, next, change);
      const prepared = await this.#started(settings).catch((cause: unknown) => {
        throw cause instanceof InvalidConfiguration ? new InvalidConfiguration(cause.problems, 422) : cause;
      });
      const isWritten = await this.#write(before, next, change).catch(async (cause: unknown) => {
        await prepared.dispose();
        throw cause;
      });
      if (isWritten) {
        const sources: Sources = { ok: true, ...next };
        this.#seen = contentOf(sources);
        this.#activate(prepared, settings, sources);
        return { revision: this.#revision };
      }
      await prepared.dispose();
    }
  }

  #next(before: Texts, change: Change): Texts {
    const { edits = [] } = change;
    const whole = applyTextAndSecrets(before, change, this.#options.env);
    // An invalid file can only be replaced as a whole: edits apply to the configuration in force, which is not its text.
    if (edits.length > 0 && this.#problems.length > 0) throw new InvalidConfiguration(this.#problems, 422);
    if (edits.length > 0) this.#valid(whole);
    return { ...whole, text: applyEdits(whole.text, edits) };
  }

  /** @throws InvalidConfiguration with status 422 */
  #valid(texts: Texts): Settings {
    const result = this.#load({ ok: true, ...texts });
    if (result.ok) return result.settings;
    throw new InvalidConfiguration(result.problems, 422);
  }

  async #write(before: Texts, next: Texts, change: Change): Promise<boolean> {
    try {
      return await this.#medium.write(next, before);
    } catch (cause) {
      const { path } = cause as NodeJS.ErrnoException;
      throw this.#readOnly(`${path ?? this.#name} cannot be written: ${reasonOf(cause)}.`, before, next, change, cause);
    }
  }

  #readOnly(reason: string, before: Texts, next: Texts, { secrets = {} }: Change, cause?: unknown): ChainError {
    return readOnlyError({ reason, file: this.#medium.file, before: before.text, after: next.text, secrets, cause });
  }

  /** Builds and starts what follows from `settings`. */
  async #started(settings: Settings): Promise<Prepared> {
    const prepared = await this.#prepare(settings);
    if (!this.#closed) await prepared.start();
    if (!this.#closed) return prepared;
    await prepared.dispose();
    throw new ChainError('shutting_down', '429chain is stopping; nothing was changed.');
  }

  #activate(prepared: Prepared, settings: Settings, sources: Sources): void {
    prepared.activate();
    this.#read(sources);
    this.#applied = contentOf(sources);
    this.#current = settings;
    this.#setProblems([]);
    this.#changeListeners.emit(settings);
  }

  /** Called once the sources are in force or refused: `revision` belongs to `current`, or there are problems. */
  #read(sources: Sources): void {
    if (!sources.ok) return;
    this.#text = sources.text;
    this.#dotEnv = sources.dotEnv;
    this.#revision = revisionOf(sources.text);
  }

  #setProblems(problems: readonly Problem[]): void {
    if (problems.length === 0 && this.#problems.length === 0) return;
    this.#problems = problems;
    this.#problemListeners.emit(problems);
  }
}

/**
 * Reads `file` and follows its changes and those of the `.env` beside it. If a change cannot be used, the log says why, and
 * `current` stays.
 * @throws InvalidConfiguration if the file is invalid at the start
 */
export const openStore = (file: string, options: StoreOptions): SettingsStore => {
  const path = resolve(file);
  return new Store(fileMedium(path), options);
};

/**
 * A store of a configuration without a file. Its changes are lost when the process ends.
 * @throws InvalidConfiguration if it is invalid
 */
export const memoryStore = (text: string, options: StoreOptions): SettingsStore =>
  new Store(memoryMedium(text), options);
