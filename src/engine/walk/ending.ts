import { ChainError } from '../../plugin/door/errors.js';
import { maskSecrets } from '../../secrets.js';
import type { Chain, PreparedTarget } from '../target.js';
import {
  classOf,
  type Failed,
  isLimit,
  isRejection,
  reasonOf,
  retryAtOf,
  stateOf,
  type TargetOutcome,
} from './outcome.js';

/** How a request ends that no target serves. */
export type Ending =
  /** A provider's refusal of the request itself is passed through to the caller. */
  | { readonly kind: 'rejected'; readonly by: Failed }
  /** Every target of the chain is listed with its reason. */
  | { readonly kind: 'exhausted'; readonly error: ChainError };

/** Failure classes after which asking the same target again cannot end better for this request. */
const FINAL = new Set<string | undefined>(['bad_request', 'too_large', 'moderation', 'not_found', 'auth']);

/** Attempts in flight end soon; nothing says when. */
const SOON_MS = 1_000;

/**
 * Returns the targets that are worth waiting for: all that may come back, if a limit keeps at least one of them back that
 * may serve within `ms`. Empty when waiting cannot help.
 */
export const worthWaitingFor = (
  outcomes: Iterable<TargetOutcome>,
  ms: number,
  now: number,
): readonly PreparedTarget[] => {
  if (ms <= 0) return [];
  const open = [...outcomes].filter(
    (outcome) => !FINAL.has(classOf(outcome)) && retryAtOf(outcome) !== Number.POSITIVE_INFINITY,
  );
  const returnsInTime = open.some((outcome) => isLimit(outcome) && (retryAtOf(outcome) ?? now) <= now + ms);
  return returnsInTime ? open.map(({ target }) => target) : [];
};

/**
 * Decides how a request ends once no target can serve it in time. The one place for this decision: it looks at what became
 * of every target, and no single refusal decides alone.
 *
 * - Content that was refused is told as that.
 * - If every target that was asked rejects the request, the caller gets the first rejection.
 * - If any of them says that the request is too large, the caller gets that: a smaller one may be served at once, while
 *   an agent would sleep on a 429.
 * - Otherwise the error lists every target with its reason.
 *
 * @param outcomes what keeps each target back by now
 * @param failures what each target that was asked failed with last
 */
export const endingOf = (
  chain: Chain,
  outcomes: readonly TargetOutcome[],
  failures: readonly Failed[],
  now: number,
): Ending => {
  const rejections = failures.filter(isRejection);
  const moderation = rejections.find(({ failure }) => failure.class === 'moderation');
  const tooLarge = rejections.find(({ failure }) => failure.class === 'too_large');
  const rejectedByAll = rejections.length > 0 && rejections.length === failures.length;
  const by = rejectedByAll ? (moderation ?? rejections[0]) : tooLarge;
  return by === undefined ? { kind: 'exhausted', error: exhausted(chain, outcomes, now) } : { kind: 'rejected', by };
};

const exhausted = (chain: Chain, outcomes: readonly TargetOutcome[], now: number): ChainError => {
  // Targets without a key, or switched off, say nothing about the others.
  const usable = outcomes.filter(({ kind }) => kind !== 'unusable');
  const limited = usable.length > 0 && usable.every(isLimit);
  const tooLarge = usable.length > 0 && usable.every((outcome) => classOf(outcome) === 'too_large');
  const retryAfterMs = retryAfter(outcomes, now);
  return new ChainError('chain_exhausted', sentenceOf(chain, outcomes), {
    status: tooLarge ? 413 : limited ? 429 : 503,
    headers: retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) },
    details: {
      chain: chain.name,
      retry_after_ms: retryAfterMs ?? null,
      targets: outcomes.map(detailsOf),
    },
  });
};

/** Returns how long until the first target may be back, at least a second; `undefined` when nothing is known. */
const retryAfter = (outcomes: readonly TargetOutcome[], now: number): number | undefined => {
  const times = outcomes
    .filter((outcome) => isLimit(outcome) || retryAtOf(outcome) !== undefined)
    .map((outcome) => retryAtOf(outcome) ?? now + SOON_MS);
  const earliest = Math.min(...times.filter(Number.isFinite));
  return Number.isFinite(earliest) ? Math.max(SOON_MS, Math.ceil(earliest - now)) : undefined;
};

const detailsOf = (outcome: TargetOutcome): object => {
  const { status, message } = outcome.kind === 'failed' ? outcome.failure : {};
  const retryAt = retryAtOf(outcome);
  return {
    target: outcome.target.id,
    state: stateOf(outcome),
    reason: reasonOf(outcome),
    ...(status === undefined ? {} : { status }),
    ...(message === undefined ? {} : { message }),
    ...(isDate(retryAt) ? { retry_at: new Date(retryAt).toISOString() } : {}),
  };
};

/** A plugin may name a time that no calendar has. */
const isDate = (at: number | undefined): at is number => at !== undefined && !Number.isNaN(new Date(at).getTime());

const sentenceOf = (chain: Chain, outcomes: readonly TargetOutcome[]): string =>
  `No target of chain "${chain.name}" can answer now. ` +
  outcomes
    .map((outcome) => {
      const words = outcome.kind === 'failed' ? ` (${outcome.failure.message})` : '';
      return `${outcome.target.id}: ${reasonOf(outcome)}${words}`;
    })
    .join(' · ');

/** A provider's refusal as the caller gets it. */
export interface Rejection {
  readonly status: number;
  readonly body: Buffer;
}

/**
 * Returns the provider's refusal as it came, with our keys masked where it echoes them. From an API of another shape only
 * the words are taken, in OpenAI's envelope.
 */
export const rejectionOf = ({ target, failure, body }: Failed): Rejection => ({
  status: failure.status !== undefined && failure.status >= 400 ? failure.status : 400,
  body:
    target.providerType.translate === undefined
      ? masked(body ?? JSON.stringify(failure.body ?? envelopeFor(failure.message)), target.secrets)
      : Buffer.from(JSON.stringify(envelopeFor(failure.message))),
});

const envelopeFor = (message: string): object => ({
  error: { message, type: 'invalid_request_error', code: null, param: null },
});

const masked = (body: Buffer | string, secrets: readonly string[]): Buffer => {
  if (Buffer.isBuffer(body) && !secrets.some((secret) => body.includes(secret))) return body;
  return Buffer.from(maskSecrets(body.toString(), secrets));
};
