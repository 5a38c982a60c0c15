import type { Saved } from '../../../../src/contract/admin-configuration.js';
import { ApiError, type Asked, callFrom, type Reply, type SavingRoute } from './client.js';

/** A part of the configuration as it was read, with the revision of the whole. */
export interface Held<T> {
  readonly revision: string;
  /** The part as written; `undefined` if it does not exist. */
  readonly value: T | undefined;
}

/** The same part was changed elsewhere in the meantime: the user decides which version to keep. */
export class ConflictError<T = unknown> extends Error {
  /** The part as it is now. Saving again from this overwrites it. */
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

/** The error to show where the page has loaded the newer version already. `what` names the part. Other errors stay as they are. */
export const changedElsewhere = (error: unknown, what: string): unknown =>
  error instanceof ConflictError
    ? new Error(`${what} was changed elsewhere. This is how it is now; try again.`)
    : error;

/** The change that the user has to make, since the file cannot be written. Keys are masked. */
export interface ChangeByHand {
  readonly file?: string;
  /** The first line that changes. */
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
  /** Names of the variables to set. */
  readonly variables: readonly string[];
}

/** The change of a `read_only` error; `undefined` for any other error. */
export const changeByHand = (error: unknown): ChangeByHand | undefined =>
  error instanceof ApiError && error.code === 'read_only' ? (error.details.change as ChangeByHand) : undefined;

/**
 * The revisions that this tab's own saves went through, the last one in force: nothing else changed the configuration
 * between them.
 */
let ownRevisions: readonly string[] = [];

let lastSave: Promise<unknown> = Promise.resolve();

/** Saves go one after another, so that each can start from the revision that the one before it made. */
const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
  const turn = lastSave.then(work);
  lastSave = turn.catch(() => {});
  return turn;
};

/**
 * Saves one part of the configuration by calling `route`. It waits for the saves before it and starts from the revision
 * that they made, so that a user's own quick changes never conflict. If something else changed the configuration since
 * `from` was read, `reread` reads the part again, and the call is repeated if the part is unchanged.
 * @throws ConflictError if the part itself was changed elsewhere · ApiError for any other refusal
 */
export const save = <R extends SavingRoute, T>(
  route: R,
  asked: Asked<R>,
  from: Held<T>,
  reread: () => Promise<Held<T>>,
): Promise<Reply<R>> =>
  inTurn(async () => {
    const revision = ownRevisions.includes(from.revision) ? (ownRevisions.at(-1) as string) : from.revision;
    const [started, reply] = await saveFrom(route, asked, { revision, value: from.value }, reread);
    ownRevisions = [...(ownRevisions.at(-1) === started ? ownRevisions : [started]), reply.revision];
    return reply;
  });

/**
 * Saves the whole configuration as text. Unlike `save`, it conflicts with the tab's own changes too: the text was read
 * before them, and would undo them.
 * @throws ConflictError if the text was changed since `from` was read · ApiError for any other refusal
 */
export const saveText = (text: string, from: Held<string>, reread: () => Promise<Held<string>>): Promise<Saved> =>
  inTurn(async () => {
    const [, reply] = await saveFrom('PUT /configuration', { body: { text } }, from, reread);
    // The text may lack parts that were read before.
    ownRevisions = [reply.revision];
    return reply;
  });

/** @returns the revision that the save started from, and the answer */
const saveFrom = async <R extends SavingRoute, T>(
  route: R,
  asked: Asked<R>,
  from: Held<T>,
  reread: () => Promise<Held<T>>,
): Promise<readonly [started: string, reply: Reply<R>]> => {
  try {
    return [from.revision, await callFrom(from.revision, route, asked)];
  } catch (error) {
    if (!isOutdated(error)) throw error;
    const current = await reread();
    if (JSON.stringify(current.value) !== JSON.stringify(from.value)) throw new ConflictError(current);
    return [current.revision, await callFrom(current.revision, route, asked)];
  }
};

const isOutdated = (error: unknown): boolean =>
  error instanceof ApiError && error.status === 409 && error.code === 'configuration_changed';
