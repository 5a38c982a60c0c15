import type { OwnProtocols } from '../host/parts/protocols.js';
import type { Protocol } from '../plugin/door/protocol.js';
import { SURFACES } from '../protocols/surfaces.js';

/** Returns the names and paths that plugins' protocols cannot have, because 429chain answers there itself. */
export const ownProtocols = (protocols: readonly Protocol[]): OwnProtocols => ({
  names: protocols.map(({ name }) => name),
  paths: [
    '/v1/models',
    '/v1/models/*',
    ...SURFACES.map(({ path }) => `/v1${path}`),
    ...protocols.flatMap(({ path, routes = [] }) => [path, ...routes.map((route) => route.path)]),
  ],
});
