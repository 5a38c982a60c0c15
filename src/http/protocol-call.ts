import { randomUUID } from 'node:crypto';
import type { Context } from 'koa';
import { sizeOf } from '../engine/attempt/request-size.js';
import type { NamedModel, Protocol, ProtocolCall } from '../plugin/door/protocol.js';
import type { Fields } from '../plugin/fields.js';
import { SECRET_HEADERS } from './auth.js';
import type { Current } from './current.js';
import { namedModels } from './models.js';

/** The longest request id of a caller's own that is kept. */
const LONGEST_ID = 128;

/** Returns the caller's own id of its request, or a new one. */
export const requestIdOf = (ctx: Context): string => {
  const { 'x-request-id': given } = ctx.req.headers;
  return typeof given === 'string' && given !== '' && given.length <= LONGEST_ID && /^[\x21-\x7e]+$/.test(given)
    ? given
    : randomUUID();
};

/** What a protocol learns about a request apart from its body. Costs nothing until it is asked. */
class CallOf implements ProtocolCall {
  readonly requestId: string;
  readonly #ctx: Context;
  readonly #current: () => Current;

  constructor(ctx: Context, requestId: string, current: () => Current) {
    this.requestId = requestId;
    this.#ctx = ctx;
    this.#current = current;
  }

  get keyLabel(): string {
    return String(this.#ctx.state.keyLabel ?? '');
  }

  get headers(): ProtocolCall['headers'] {
    const secret: readonly string[] = SECRET_HEADERS;
    return Object.fromEntries(Object.entries(this.#ctx.req.headers).filter(([name]) => !secret.includes(name)));
  }

  get path(): string {
    return this.#ctx.path;
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.#ctx.querystring);
  }

  get at(): number {
    return this.#current().now();
  }

  countTokens(body: Fields): number {
    return sizeOf(body).tokens;
  }

  models(): readonly NamedModel[] {
    return namedModels(this.#current());
  }
}

/** What a request under way leaves in `ctx.state`, so that its errors have the shape that its caller reads. */
export interface Spoken {
  readonly protocol: Protocol;
  readonly call: ProtocolCall;
}

/** Begins to answer in a protocol: its headers stand in every answer, and its errors have its shape. */
export const speak = (ctx: Context, protocol: Protocol, current: () => Current): Spoken => {
  const call = new CallOf(ctx, requestIdOf(ctx), current);
  const spoken = { protocol, call };
  ctx.state.spoken = spoken;
  ctx.res.setHeader('x-request-id', call.requestId);
  if (protocol.headers !== undefined) ctx.set({ ...protocol.headers(call) });
  return spoken;
};
