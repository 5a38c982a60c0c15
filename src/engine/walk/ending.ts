import type { MediaKind } from '../../plugin/door/conversation.js';
import type { ChainError } from '../../plugin/door/errors.js';
import type { RequestMedia } from '../request-media.js';
import type { Chain, PreparedTarget } from '../target.js';
import { exhausted, forbiddenByRules, lackedByAll, retryAfterMs, tooLargeForAll } from './exhausted.js';
import {
  classOf,
  type Failed,
  isDoubted,
  isLimit,
  isRejection,
  lackIn,
  retryAtOf,
  ruleOf,
  type TargetOutcome,
} from './outcome.js';

/** How a request ends that no target serves. */
export type Ending =
  /** A provider's refusal of the request itself is passed through to the caller. */
  | { readonly kind: 'rejected'; readonly by: Failed }
  /** An error of our own lists every target of the chain with its reason. */
  | { readonly kind: 'exhausted'; readonly error: ChainError };

/** Failure classes after which asking the same target again cannot end better for this request, unless its key is doubted. */
const FINAL = new Set<string | undefined>(['bad_request', 'too_large', 'moderation', 'not_found', 'auth']);

/** A target that is back sooner is worth more than the advice to send less: SDKs retry after up to a minute. */
const SOON_ENOUGH_MS = 60_000;

/**
 * Returns the targets that are worth waiting for: all that may come back, if a limit or a doubted key keeps at least one of
 * them back that may serve within `ms`. Empty when waiting cannot help.
 */
export const worthWaitingFor = (
  outcomes: Iterable<TargetOutcome>,
  ms: number,
  now: number,
): readonly PreparedTarget[] => {
  if (ms <= 0) return [];
  const open = [...outcomes].filter(
    (outcome) =>
      (isDoubted(outcome) || !FINAL.has(classOf(outcome))) && retryAtOf(outcome) !== Number.POSITIVE_INFINITY,
  );
  const returnsInTime = open.some(
    (outcome) => (isDoubted(outcome) || isLimit(outcome)) && (retryAtOf(outcome) ?? now) <= now + ms,
  );
  return returnsInTime ? open.map(({ target }) => target) : [];
};

/**
 * Decides how a request ends once no target can serve it in time. The one place for this decision: it looks at what became
 * of every target, and no single refusal decides alone. The first of these that holds:
 *
 * - No target can be asked at all, and a rule of the chain is a reason for that: the caller gets an error that names the rule.
 * - No target takes a part of the request, such as an image: the caller gets an error that names the part.
 * - Every target that was asked rejects the request, and one because of its content: the caller gets that refusal.
 * - A provider says that the request is too large: the caller gets that. A smaller request may be served at once, while an
 *   agent would sleep on a 429.
 * - The request is larger than a known limit of a target, and no other target is back soon: the caller gets the same advice.
 * - Every target that was asked rejects the request: the caller gets the first rejection.
 * - Otherwise the error lists every target with its reason.
 *
 * @param outcomes what keeps each target back by now
 * @param failures what each target that was asked failed with last
 * @param media what the request contains beside text
 */
export const endingOf = (
  chain: Chain,
  outcomes: readonly TargetOutcome[],
  failures: readonly Failed[],
  now: number,
  media: RequestMedia = NO_MEDIA,
): Ending => {
  if (outcomes.every(({ kind }) => kind === 'unusable') && outcomes.some((outcome) => ruleOf(outcome) !== undefined))
    return { kind: 'exhausted', error: forbiddenByRules(chain, outcomes, now) };
  const lacking = lackedBy(outcomes);
  if (lacking !== undefined) return { kind: 'exhausted', error: lackedByAll(chain, outcomes, lacking, media, now) };
  // A target that takes no images, for one, says nothing about the others.
  const telling = failures.filter((failure) => lackIn(failure) === undefined);
  const rejections = telling.filter(isRejection);
  const first = rejections.length === telling.length ? rejections[0] : undefined;
  const moderation = first && rejections.find(({ failure }) => failure.class === 'moderation');
  const overflow = rejections.find(({ failure }) => failure.class === 'too_large');
  const early = moderation ?? overflow;
  if (early !== undefined) return { kind: 'rejected', by: early };
  if (isTooLarge(outcomes, now)) return { kind: 'exhausted', error: tooLargeForAll(chain, outcomes, now) };
  return first === undefined
    ? { kind: 'exhausted', error: exhausted(chain, outcomes, now) }
    : { kind: 'rejected', by: first };
};

const NO_MEDIA: RequestMedia = {};

/** Returns a part of the request that keeps it from every target that could be asked; `undefined` if there is none. */
const lackedBy = (outcomes: readonly TargetOutcome[]): MediaKind | undefined => {
  const usable = outcomes.filter(({ kind }) => kind !== 'unusable');
  const lacks = usable.map(lackIn);
  return lacks.every((kind) => kind !== undefined) ? lacks[0] : undefined;
};

/** Returns whether the size of the request is what keeps it from being served soon. */
const isTooLarge = (outcomes: readonly TargetOutcome[], now: number): boolean => {
  const others = outcomes.filter((outcome) => classOf(outcome) !== 'too_large');
  return others.length < outcomes.length && (retryAfterMs(others, now) ?? Number.POSITIVE_INFINITY) > SOON_ENOUGH_MS;
};
