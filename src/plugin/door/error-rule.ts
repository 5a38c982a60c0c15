import type { Dimension, Duration, FailureClass, FailureSubject, ScopeKind } from '../../contract/quota.js';
import type { Repair } from './attempt.js';

/** A rule that says what some failures mean. Every condition that is given must hold. */
export interface ErrorRule {
  /** The HTTP status is one of these. For an error inside an answer: the status that the error states, else 200. */
  readonly status?: readonly number[];
  /** One of the body's codes is one of these, or matches. A code at the beginning of the message counts as well. */
  readonly code?: readonly string[] | RegExp;
  /**
   * The message matches; further messages of the body follow it, one a line. Only the first 1,000 characters of each count,
   * without quotations of more than 32 characters: they may come from the prompt.
   */
  readonly says?: RegExp;
  /** The same text does not match. */
  readonly unless?: RegExp;
  /** The error has one of these fields. */
  readonly has?: readonly string[];
  /** The body is not JSON. */
  readonly plainText?: true;
  /** The `content-type` header matches. A response without one does not. */
  readonly contentType?: RegExp;

  /** Default: the class of the status. A `rate_limit` of a day or longer becomes `quota`. */
  readonly class?: FailureClass;
  /** What the failure is about. Default: what the class is usually about. */
  readonly about?: FailureSubject;
  /** What cools down. Default: depends on the class. */
  readonly scope?: ScopeKind;
  /** The quota that is exhausted, if no known sentence of the message states it. */
  readonly spent?: { readonly dimension: Dimension; readonly window?: Duration };
  /** The documented reset of the exhausted quota, epoch ms. It overrides every hint. */
  readonly resets?: (at: number) => number;
  /** The zone of times of day that the provider writes without one, an IANA name. Default: UTC. */
  readonly zone?: string;
  /** The quotas that the response states refill continuously. */
  readonly refills?: true;
  /** How to change the request so that the provider accepts it. */
  readonly repairs?: readonly Repair[];
  /** What the provider means, for people who read the rules. */
  readonly why: string;
}
