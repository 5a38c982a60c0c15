import { randomUUID } from 'node:crypto';
import { sizeOf } from '../engine/attempt/request/request-size.js';
import type { NamedModel, Protocol, ProtocolCall } from '../plugin/door/protocol.js';
import type { Fields } from '../plugin/fields.js';
import type { Asked } from './asked.js';
import { SECRET_HEADERS } from './auth.js';
import type { Current } from './current.js';
import { namedModels } from './models.js';

/** The longest request id of a caller's own that is kept. */
const LONGEST_ID = 128;

/** Returns the caller's own id of its request, or a new one. */
export const requestIdOf = ({ req }: Pick<Asked, 'req'>): string => {
  const { 'x-request-id': given } = req.headers;
  return typeof given === 'string' && given !== '' && given.length <= LONGEST_ID && /^[\x21-\x7e]+$/.test(given)
    ? given
    : randomUUID();
};

/** What a protocol learns about a request apart from its body. Costs nothing until it is asked. */
class CallOf implements ProtocolCall {
  readonly requestId: string;
  keyLabel = '';
  readonly #asked: Asked;
  readonly #current: () => Current;

  constructor(asked: Asked, requestId: string, current: () => Current) {
    this.requestId = requestId;
    this.#asked = asked;
    this.#current = current;
  }

  get headers(): ProtocolCall['headers'] {
    const secret: readonly string[] = SECRET_HEADERS;
    return Object.fromEntries(Object.entries(this.#asked.req.headers).filter(([name]) => !secret.includes(name)));
  }

  get path(): string {
    return this.#asked.path;
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.#asked.querystring);
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

/** The protocol of a request under way, so that its errors have the shape that its caller reads. */
export interface Spoken {
  readonly protocol: Protocol;
  /** The label of the key is set once the key was checked. */
  readonly call: ProtocolCall & { keyLabel: string };
}

/** Begins to answer in a protocol: its headers stand in every answer, and its errors have its shape. */
export const speak = (asked: Asked, protocol: Protocol, current: () => Current): Spoken => {
  const call = new CallOf(asked, requestIdOf(asked), current);
  asked.set('x-request-id', call.requestId);
  const headers = protocol.headers?.(call);
  for (const name in headers) asked.set(name, String(headers[name]));
  return { protocol, call };
};
