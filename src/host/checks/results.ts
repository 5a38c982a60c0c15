import { isFields } from '../../plugin/fields.js';
import { durationOf } from '../../plugin/readers/headers/headers.js';
import { areMedia, faultInConversation } from './conversation-faults.js';

const DIMENSIONS = new Set(['requests', 'tokens', 'input_tokens', 'output_tokens', 'concurrent']);
const SCOPES = new Set([undefined, 'provider', 'pool', 'target']);
const CLASSES = new Set([
  undefined,
  'rate_limit',
  'quota',
  'auth',
  'not_found',
  'overloaded',
  'server_error',
  'too_large',
  'bad_request',
  'moderation',
]);
const SUBJECTS = new Set([
  undefined,
  'key',
  'account',
  'money',
  'model',
  'limit',
  'capacity',
  'request',
  'content',
  'connection',
]);

export const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  isFields(value) && typeof value.then === 'function';

/** What is wrong if a function that is called synchronously returns a promise. */
export const PROMISED = 'it returned a promise, but must return its result at once';

/** `Infinity` is valid too: it means never. */
const isMoment = (value: unknown): boolean =>
  value === undefined || (typeof value === 'number' && !Number.isNaN(value));
const isAmount = (value: unknown): boolean => value === undefined || Number.isFinite(value);
const isLimit = (value: unknown): boolean => value === undefined || (Number.isFinite(value) && (value as number) >= 0);

const isSpan = (value: unknown): boolean => typeof value === 'string' && durationOf(value) !== undefined;

const faultInDenial = (value: unknown): string | undefined => {
  if (!isFields(value) || typeof value.reason !== 'string') return 'a denial is { reason, retryAt? }';
  return isMoment(value.retryAt) ? undefined : '`retryAt` is epoch ms';
};

const faultInSignals = (value: unknown): string | undefined => {
  if (!Array.isArray(value)) return 'signals are a list';
  for (const signal of value) {
    if (!isFields(signal) || !DIMENSIONS.has(String(signal.dimension)))
      return 'a signal has a dimension, such as requests';
    if (signal.window !== undefined && !isSpan(signal.window)) return '`window` is a span such as 1m';
    if (!SCOPES.has(signal.scope as string | undefined)) return '`scope` is provider, pool or target';
    if (!isAmount(signal.remaining) || !isAmount(signal.resetAt) || !isLimit(signal.limit))
      return '`limit`, `remaining` and `resetAt` are numbers, and a limit is never below 0';
  }
  return undefined;
};

const isRepair = (value: unknown): boolean => {
  if (!isFields(value)) return false;
  const { drop, rename, replace, cap, flatten, to, conversation } = value;
  if (conversation !== undefined) return faultInConversation(conversation) === undefined;
  if (typeof rename === 'string') return typeof to === 'string';
  if (typeof cap === 'string') return Number.isFinite(to);
  return [drop, replace, flatten].some((field) => typeof field === 'string');
};

const faultInVerdict = (value: unknown): string | undefined => {
  if (!isFields(value)) return 'a verdict is { class?, about?, scope?, until?, signals?, repairs?, lacks? }';
  if (!CLASSES.has(value.class as string | undefined))
    return `there is no class '${String(value.class)}' to decide for`;
  if (!SUBJECTS.has(value.about as string | undefined))
    return `there is no subject '${String(value.about)}' of a failure`;
  if (!SCOPES.has(value.scope as string | undefined)) return '`scope` is provider, pool or target';
  if (!isMoment(value.until)) return '`until` is epoch ms';
  if (value.repairs !== undefined && !(Array.isArray(value.repairs) && value.repairs.every(isRepair)))
    return '`repairs` are a list, and each has drop, rename and to, replace and to, cap and to, flatten, or conversation';
  if (value.lacks !== undefined && !areMedia(value.lacks)) return '`lacks` is a list of images, files or audio';
  return value.signals === undefined ? undefined : faultInSignals(value.signals);
};

const FAULTS: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  beforeAttempt: faultInDenial,
  onRateLimitHeaders: faultInSignals,
  onError: faultInVerdict,
};

/**
 * `value`, the result of a tap of `hook`. `null` and `undefined` both mean no opinion.
 * @throws Error for an invalid result; it says what was expected
 */
export const checkedResult = (hook: string, value: unknown): unknown => {
  const faultIn = FAULTS[hook];
  if (value === undefined || value === null || faultIn === undefined) return undefined;
  const fault = faultIn(value);
  if (fault !== undefined) throw new Error(`it returned an invalid value: ${fault}`);
  return value;
};
