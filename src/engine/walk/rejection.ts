import type { Failure } from '../../plugin/door/attempt.js';
import { ERRORS, REJECTIONS } from '../../plugin/door/errors.js';
import type { Refusal } from '../../plugin/door/protocol.js';
import { type ErrorFacts, errorField, readErrorBody } from '../../plugin/readers/errors/error-body.js';
import { maskSecrets } from '../../secrets.js';
import { NoOverlap } from '../causes.js';
import type { PreparedTarget } from '../target.js';

/** Characters of a provider's message that the caller gets. */
const LONGEST_MESSAGE = 4_096;
const LONGEST_PARAM = 200;

/** Returns whether the provider found fault with the request itself, and not with anything that waiting may end. */
export const isAboutRequest = ({ class: failureClass, cause }: Failure): boolean =>
  REJECTIONS[failureClass] !== undefined && !(cause instanceof NoOverlap);

/**
 * Translates a provider's refusal of the request into OpenAI's shape, whatever API the provider speaks: status and code by
 * `REJECTIONS`, the provider's words with our keys masked, and the field that it names.
 * @param failure of a class in `REJECTIONS`
 */
export const rejectionOf = (target: PreparedTarget, failure: Failure): Refusal => {
  const facts = readErrorBody(failure.body);
  const rule = REJECTIONS[failure.class] ?? { code: 'invalid_request' };
  const mask = (text: string): string => maskSecrets(text, target.secrets);
  const { status, type } = ERRORS[rule.code];
  const stated = failure.status !== undefined && failure.status >= 400 ? failure.status : facts.status;
  const own = codeOf(facts, mask);
  const error = {
    message: bounded(mask(facts.summary) || failure.message, LONGEST_MESSAGE),
    type,
    code: own !== undefined && rule.keepsCode?.test(own) ? own : rule.code,
    param: facts.param === undefined ? null : mask(facts.param).slice(0, LONGEST_PARAM),
  };
  return {
    status: stated !== undefined && rule.keepsStatus?.includes(stated) ? stated : status,
    headers: {},
    error,
  };
};

/** Only `code` is a name for programs at every provider; `type`, `status` and the like mean other things. */
const codeOf = (facts: ErrorFacts, mask: (text: string) => string): string | undefined => {
  const code = errorField(facts, 'code');
  return typeof code === 'string' ? mask(code) : undefined;
};

/** Returns a text cut to `longest` characters, with a sign that it was cut. */
export const bounded = (text: string, longest: number): string =>
  text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
