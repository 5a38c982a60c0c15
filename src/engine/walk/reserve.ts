import type { Ledger, Reservation, ReserveResult } from '../../ledger/ledger.js';
import type { Attempt, Denial } from '../../plugin/door/attempt.js';
import type { Hooks } from '../../plugin/door/hooks.js';
import type { PreparedTarget } from '../target.js';
import type { Grant, Reserve, ReserveReply } from './commands.js';
import { type Denied, denied, type Refused, refused } from './outcome.js';
import type { WalkView } from './view.js';
import { candidatesOf } from './view.js';

/** Asks the ledger for the first of several candidates. */
export type Hold = Ledger['reserve'];

/** Stands for units that a dry run does not hold. */
const NOTHING_HELD: Reservation = { granted: true, target: '', sequence: 0, settle: () => {}, release: () => {} };

/** Returns a `Hold` that only looks. */
export const dryHold =
  (ledger: Ledger): Hold =>
  async (candidates, options) => {
    const { hasRoom, refusals } = await ledger.preview(candidates, options);
    return hasRoom ? { reservation: NOTHING_HELD, refusals } : { refusals };
  };

/** What `reserve` works with. */
export interface ReserveParts {
  readonly hold: Hold;
  readonly hooks: Hooks;
  readonly view: WalkView;
  /** The attempt that a hook is asked about. */
  readonly attemptAt: (target: PreparedTarget) => Attempt;
}

/**
 * Carries out a `reserve` command: holds room at the first target that has some, then asks the hooks about it. So hooks are
 * asked only about a target with room, and a hook that counts counts what is really sent. Answers at once where the ledger
 * does and no hook is tapped.
 */
export const reserve = (parts: ReserveParts, command: Reserve): ReserveReply | Promise<ReserveReply> => {
  const { hold, hooks, view } = parts;
  const { targets, skipProbation } = command;
  const asked = hold(candidatesOf(view, targets), { skipProbation });
  if (asked instanceof Promise || hooks.beforeAttempt.taps.length > 0) return reserveUndenied(parts, command, asked);
  return { granted: grantOf(targets, asked), kept: refusedOf(targets, asked), steady: asked.steady };
};

const reserveUndenied = async (
  parts: ReserveParts,
  { targets }: Reserve,
  asked: ReserveResult | Promise<ReserveResult>,
): Promise<ReserveReply> => {
  const result = await asked;
  const kept = refusedOf(targets, result);
  const granted = grantOf(targets, result);
  const denial = granted && (await deniedBy(parts, granted));
  // The rest is not asked for here: while the hook decided, other requests may have begun to wait for it.
  const { steady } = result;
  return denial === undefined ? { granted, kept, steady } : { kept: [...kept, denial], steady };
};

/** Asks the hooks about units that are held already, and gives them back if a hook denies the attempt. */
export const deniedBy = async (
  { hooks, view, attemptAt }: Omit<ReserveParts, 'hold'>,
  { target, reservation }: Grant,
): Promise<Denied | undefined> => {
  if (hooks.beforeAttempt.taps.length === 0) return undefined;
  const denial: Denial | undefined = await hooks.beforeAttempt.promise(attemptAt(target));
  if (denial === undefined) return undefined;
  reservation.release();
  return denied(target, denial, view.now());
};

const grantOf = (targets: readonly PreparedTarget[], { reservation, refusals }: ReserveResult): Grant | undefined =>
  reservation && { target: targets[refusals.length] as PreparedTarget, reservation };

const NOTHING_KEPT: readonly Refused[] = [];

const refusedOf = (targets: readonly PreparedTarget[], { refusals }: ReserveResult): readonly Refused[] =>
  refusals.length === 0
    ? NOTHING_KEPT
    : refusals.map((refusal, index) => refused(targets[index] as PreparedTarget, refusal));
