import { InvalidConfiguration } from '../config/check/invalid-configuration.js';
import type { Log } from '../log.js';
import { maskedLog } from '../logging/masked-log.js';
import type { Secrets } from '../secrets.js';
import type { SharedServices } from './services.js';

/**
 * Masks the keys of a configuration that is not in force yet in its log lines and errors. The shared masker learns them
 * with `activate` only: a half-typed key would mask ordinary words for as long as the process runs.
 */
export class CandidateSecrets {
  /** The shared log; until `activate`, with this configuration's keys masked. */
  readonly log: Log;
  readonly #shared: Secrets;
  readonly #keys: string[];
  #masker: Secrets;
  #isActive = false;

  constructor({ secrets, log }: Pick<SharedServices, 'secrets' | 'log'>, keys: readonly string[]) {
    this.#shared = secrets;
    this.#keys = [...keys];
    this.#masker = secrets.with(keys);
    const masked = maskedLog(log, (text) => this.mask(text));
    const current = (): Log => (this.#isActive ? log : masked);
    this.log = {
      writes: (level) => current().writes?.(level) ?? true,
      debug: (message, fields) => current().debug(message, fields),
      info: (message, fields) => current().info(message, fields),
      warn: (message, fields) => current().warn(message, fields),
      error: (message, fields) => current().error(message, fields),
    };
  }

  mask(text: string): string {
    return this.#masker.mask(text);
  }

  /** Masks `keys` as well. */
  add(keys: readonly string[]): void {
    this.#keys.push(...keys);
    this.#masker.add(keys);
  }

  /** Teaches the shared masker the keys, which are in force from now on. */
  activate(): void {
    this.#shared.add(this.#keys);
    this.#masker = this.#shared;
    this.#isActive = true;
  }

  /** `error` with every key masked in its message. */
  masked(error: unknown): unknown {
    if (error instanceof InvalidConfiguration) {
      const problems = error.problems.map((problem) => ({ ...problem, message: this.mask(problem.message) }));
      return new InvalidConfiguration(problems, error.status === 422 ? 422 : undefined);
    }
    if (error instanceof Error) error.message = this.mask(error.message);
    return error;
  }
}
