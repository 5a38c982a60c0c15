import type { FailureClass } from '../../contract/quota.js';
import type { AttemptRecord, Failure } from '../../plugin/door/attempt.js';
import { maskSecrets } from '../../secrets.js';
import type { PreparedTarget } from '../target.js';
import type { TargetOutcome } from './trail.js';

/** A provider found fault with the request itself. */
export interface Rejection {
  readonly target: PreparedTarget;
  readonly failure: Failure;
  readonly body: Buffer | undefined;
  readonly record: AttemptRecord;
}

/** A provider's refusal that is handed on to the caller. */
export interface RejectionAnswer {
  readonly stream: false;
  readonly rejection: true;
  readonly status: number;
  readonly body: Buffer;
}

const REJECTIONS: ReadonlySet<FailureClass | undefined> = new Set(['bad_request', 'too_large', 'moderation']);

export const isRejection = (failureClass: FailureClass | undefined): boolean => REJECTIONS.has(failureClass);

/**
 * Every target that was asked found fault with the request itself. Where all found it too large, another one that only a
 * limit keeps back may still take it.
 */
export const isRejectedByAll = (trail: readonly TargetOutcome[]): boolean => {
  const asked = trail.filter(({ status, message }) => status !== undefined || message !== undefined);
  if (!asked.every((each) => isRejection(each.class))) return false;
  return !(asked.every((each) => each.class === 'too_large') && trail.some(({ limited }) => limited));
};

/** The refusal as it came, but for keys of ours that it echoes; from an API of another shape its words alone. */
export const rejectionAnswer = ({ target, failure, body }: Rejection): RejectionAnswer => ({
  stream: false,
  rejection: true,
  status: failure.status !== undefined && failure.status >= 400 ? failure.status : 400,
  body:
    target.providerType.translate === undefined
      ? maskedBytes(body ?? JSON.stringify(failure.body ?? inWords(failure)), target.secrets)
      : Buffer.from(JSON.stringify(inWords(failure))),
});

const inWords = ({ message }: Failure): object => ({
  error: { message, type: 'invalid_request_error', code: null, param: null },
});

const maskedBytes = (body: Buffer | string, secrets: readonly string[]): Buffer => {
  if (Buffer.isBuffer(body) && !secrets.some((secret) => body.includes(secret))) return body;
  return Buffer.from(maskSecrets(body.toString(), secrets));
};
