import type { Saved } from '../../../src/contract/admin-configuration.js';
import { ApiError } from './client.js';

/** A part of the configuration as it was read, and the revision of the whole that it was read from. */
export interface Held<T> {
  readonly revision: string;
  /** Only what is written down; `undefined` where there is no such part. */
  readonly value: T | undefined;
}

/** The same part was changed elsewhere meanwhile: somebody must say which of the two is to stay. */
export class ConflictError<T = unknown> extends Error {
  /** How it is now. To keep one's own all the same: save again, from this. */
  readonly current: Held<T>;

  constructor(current: Held<T>) {
    super(
      current.value === undefined
        ? 'It was removed elsewhere while you were editing it.'
        : 'It was changed elsewhere while you were editing it.',
    );
    this.name = 'ConflictError';
    this.current = current;
  }
}

/** The change that a person is to make by hand, since the file cannot be written. Keys are masked. */
export interface ChangeByHand {
  readonly file?: string;
  /** The first line that changes. */
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
  /** Names of the variables to set. */
  readonly variables: readonly string[];
}

/** What a `read_only` refusal shows; `undefined` for any other error. */
export const changeByHand = (error: unknown): ChangeByHand | undefined =>
  error instanceof ApiError && error.code === 'read_only' ? (error.details.change as ChangeByHand) : undefined;

/**
 * Saves one part of the configuration, starting from what was read. Where something else in the file was changed
 * meanwhile nobody need know: the part is read again by `reread`, and if it is as it was, `attempt` is made once more.
 * @throws ConflictError when the part itself was changed meanwhile · ApiError for any other refusal
 */
export const save = async <T, S extends Saved>(
  held: Held<T>,
  reread: () => Promise<Held<T>>,
  attempt: (revision: string) => Promise<S>,
): Promise<S> => {
  try {
    return await attempt(held.revision);
  } catch (error) {
    if (!isOutrun(error)) throw error;
    const current = await reread();
    if (JSON.stringify(current.value) !== JSON.stringify(held.value)) throw new ConflictError(current);
    return await attempt(current.revision);
  }
};

const isOutrun = (error: unknown): boolean =>
  error instanceof ApiError && error.status === 409 && error.code === 'configuration_changed';
