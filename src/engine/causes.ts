import { ChainError } from '../plugin/door/errors.js';

/** The caller disconnected before its answer was complete. */
export class CallerGone extends Error {
  constructor() {
    super('The caller left.');
    this.name = 'CallerGone';
  }
}

export type TimeoutKind = 'firstToken' | 'idle' | 'total';

const MISSING: Readonly<Record<TimeoutKind, string>> = {
  firstToken: 'no first token',
  idle: 'no further chunk',
  total: 'no complete answer',
};

/** A provider took longer than the configured timeout. */
export class TimedOut extends Error {
  readonly kind: TimeoutKind;

  constructor(kind: TimeoutKind, ms: number) {
    super(`${MISSING[kind]} within ${ms / 1000} s`);
    this.name = 'TimedOut';
    this.kind = kind;
  }
}

/** Returns whether a provider took longer than a configured timeout, also to accept the connection. */
export const isTimeout = (cause: unknown): boolean =>
  cause instanceof TimedOut || /TIME(?:D_?)?OUT/.test(String((cause as { code?: unknown } | undefined)?.code));

/** The provider type cannot express this request in the format of its API. The provider got no request. */
export class NotAdaptable extends Error {}

/** A continuation does not overlap with what the caller already has. This is not the provider's fault. */
export class NoOverlap extends Error {
  constructor() {
    super('its answer does not continue what the caller already has');
    this.name = 'NoOverlap';
  }
}

/** A response contains an error instead of an answer, or in the middle of one. */
export class ErrorInAnswer extends Error {
  /** Parsed JSON, or the text where it is not JSON. */
  readonly body: unknown;
  constructor(body: unknown) {
    super('an error instead of an answer');
    this.name = 'ErrorInAnswer';
    this.body = body;
  }
}

/** Returns whether the request ended early on our side: the caller left, or 429chain is stopping. */
export const isCancelled = (cause: Error): boolean => cause instanceof CallerGone || cause instanceof ChainError;
