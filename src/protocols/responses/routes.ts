import { ChainError } from '../../plugin/door/errors.js';
import type { ProtocolRoute } from '../../plugin/door/protocol.js';

const STORED = 'nothing is stored. Send the whole conversation to POST /v1/responses';

/** Everything about stored answers: 429chain has none. Clients that would rather use a WebSocket get a 404 as well. */
const PLACES = [
  { method: 'GET', path: '/v1/responses' },
  { method: 'GET', path: '/v1/responses/*' },
  { method: 'DELETE', path: '/v1/responses/*' },
  { method: 'POST', path: '/v1/responses/*' },
] as const;

export const responsesRoutes: readonly ProtocolRoute[] = PLACES.map(({ method, path }) => ({
  method,
  path,
  answer: (call) => {
    throw new ChainError('not_found', `${method} ${call.path} does not exist here: ${STORED}.`);
  },
}));
