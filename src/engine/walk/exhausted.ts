import type { ChainRules } from '../../config/settings.js';
import type { MediaKind } from '../../plugin/door/conversation.js';
import { ChainError } from '../../plugin/door/errors.js';
import { spanText } from '../attempt/failure/span-text.js';
import type { RequestMedia } from '../request-media.js';
import { type Chain, keylessId } from '../target.js';
import { isLimit, isPassedOver, lackIn, reasonOf, retryAtOf, ruleOf, stateOf, type TargetOutcome } from './outcome.js';
import { plainReason } from './plain-reason.js';
import { bounded } from './rejection.js';

/** Attempts in flight end soon, and so may a fault that starts no cooldown; nothing says when. */
const SOON_MS = 1_000;

/** SDKs wait by `setTimeout`, which fires at once after a longer time than this. */
const LONGEST_RETRY_AFTER_S = Math.floor((2 ** 31 - 1) / 1_000);

/** Characters of a provider's message in the error's sentence. `targets` has the whole message. */
const LONGEST_WORDS = 200;

/** Faults of a provider that often end at once. */
const PASSING = new Set<string>(['server_error', 'overloaded']);

/**
 * Returns the error `chain_exhausted`, which lists every target with its reason: 429 when only limits keep the targets back,
 * else 503.
 */
export const exhausted = (chain: Chain, outcomes: readonly TargetOutcome[], now: number): ChainError => {
  // Targets that cannot serve the request, such as those without a key, say nothing about the others.
  const usable = outcomes.filter((outcome) => !isPassedOver(outcome) && lackIn(outcome) === undefined);
  const limited = usable.length > 0 && usable.every(isLimit);
  const waitMs = retryAfterMs(outcomes, now);
  const headers = waitMs === undefined ? undefined : { 'retry-after': retryAfterText(waitMs) };
  const message = `No target of chain "${chain.name}" can answer now. ${sentenceOf(outcomes, now)}`;
  return new ChainError('chain_exhausted', message, {
    status: limited ? 429 : 503,
    ...(headers === undefined ? {} : { headers }),
    details: { chain: chain.name, retry_after_ms: waitMs ?? null, targets: outcomes.map(detailsOf) },
  });
};

/** Returns the error for a request that is larger than a known limit, where no other target can serve it soon. */
export const tooLargeForAll = (chain: Chain, outcomes: readonly TargetOutcome[], now: number): ChainError =>
  new ChainError(
    'context_length_exceeded',
    `The request is too large for chain "${chain.name}". ${sentenceOf(outcomes, now)}. ` +
      'Send a shorter prompt or a smaller max_tokens, or add a target with higher limits to the chain.',
    { details: { chain: chain.name, targets: outcomes.map(detailsOf) } },
  );

/** What a rule asks for, the value of its setting, and what a person can do. */
const RULES: Readonly<
  Record<keyof ChainRules, { readonly asks: string; readonly value: string; readonly advice: string }>
> = {
  freeOnly: {
    asks: 'free',
    value: 'only',
    advice:
      "Add a target that is free, write `free: true` at a provider or target that you know to be free, or set `free: 'any'`.",
  },
  noTraining: {
    asks: 'private',
    value: 'no-training',
    advice:
      "Add a target whose provider does not train on requests, write `training: 'no'` at a provider of which you know it, or set `privacy: 'any'`.",
  },
};

/** Returns the error for a request that the rules of its chain let no target have. A retry does not help. */
export const forbiddenByRules = (chain: Chain, outcomes: readonly TargetOutcome[], now: number): ChainError => {
  const { rules = {} } = chain;
  const broken = [...new Set(outcomes.flatMap((outcome) => ruleOf(outcome) ?? []))];
  const asked = broken.map((rule) => RULES[rule].asks).join(' and ');
  const settings = broken.map((rule) => `\`${rules[rule]}\` is '${RULES[rule].value}'`).join(', ');
  const isDirect = chain.targets.every((target) => [target.id, keylessId(target)].includes(chain.name));
  const head = isDirect
    ? `Target "${chain.name}" is not known to be ${asked}`
    : `No target of chain "${chain.name}" is known to be ${asked}`;
  const advice = broken.map((rule) => RULES[rule].advice).join(' ');
  return new ChainError('not_allowed', `${head} (${settings}). ${sentenceOf(outcomes, now)}. ${advice}`, {
    details: { chain: chain.name, targets: outcomes.map(detailsOf) },
  });
};

const PARTS: Readonly<Record<MediaKind, string>> = { images: 'an image', files: 'a file', audio: 'audio' };

/** Returns the error for a request with a part that no target takes. */
export const lackedByAll = (
  chain: Chain,
  outcomes: readonly TargetOutcome[],
  kind: MediaKind,
  media: RequestMedia,
  now: number,
): ChainError => {
  const param = media[kind];
  return new ChainError(
    'invalid_request',
    `"${param}" is ${PARTS[kind]}, which no target of chain "${chain.name}" takes. ${sentenceOf(outcomes, now)}`,
    { ...(param === undefined ? {} : { param }), details: { chain: chain.name, targets: outcomes.map(detailsOf) } },
  );
};

/** Returns how long until the first target may be back, at least a second; `undefined` when nothing is known. */
export const retryAfterMs = (outcomes: readonly TargetOutcome[], now: number): number | undefined => {
  const times = outcomes
    .filter((outcome) => isLimit(outcome) || isPassing(outcome) || retryAtOf(outcome) !== undefined)
    .map((outcome) => retryAtOf(outcome) ?? now + SOON_MS);
  const earliest = Math.min(...times.filter(Number.isFinite));
  return Number.isFinite(earliest) ? Math.max(SOON_MS, Math.ceil(earliest - now)) : undefined;
};

const isPassing = (outcome: TargetOutcome): boolean => outcome.kind === 'failed' && PASSING.has(outcome.failure.class);

const retryAfterText = (ms: number): string => String(Math.min(Math.ceil(ms / 1_000), LONGEST_RETRY_AFTER_S));

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

const sentenceOf = (outcomes: readonly TargetOutcome[], now: number): string =>
  outcomes.map((outcome) => `${outcome.target.id}: ${wordsOf(outcome)}${returnOf(outcome, now)}`).join(' · ');

const wordsOf = (outcome: TargetOutcome): string => {
  if (outcome.kind !== 'failed') return plainReason(bounded(reasonOf(outcome), LONGEST_WORDS));
  const { class: failureClass, status, message } = outcome.failure;
  const said = bounded(message, LONGEST_WORDS);
  return `${plainReason(failureClass)}${status === undefined ? `: ${said}` : ` (${status}: ${said})`}`;
};

const returnOf = (outcome: TargetOutcome, now: number): string => {
  const at = retryAtOf(outcome);
  if (at === undefined || !Number.isFinite(at) || at <= now) return '';
  return `, ${isQuota(outcome) ? 'resets' : 'back'} in ${spanText(at - now)}`;
};

const isQuota = (outcome: TargetOutcome): boolean => outcome.kind === 'refused' && outcome.refusal.code === 'quota';
