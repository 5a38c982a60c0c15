import type { IncomingMessage } from 'node:http';

/** A request as far as its head shows it, and the head of its response. A context of Koa is one too. */
export interface Asked {
  readonly req: IncomingMessage;
  readonly path: string;
  /** Without the question mark. */
  readonly querystring: string;
  /** Sets a header of the response. */
  set(name: string, value: string): void;
}

/** Checks the caller, and returns the label of its key. @throws ChainError */
export type Authorize = (asked: Pick<Asked, 'req'>) => string;
