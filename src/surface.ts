import { createServer as createHttpServer, type Server } from 'node:http';
import { join } from 'node:path';
import { WrongKeys } from './access/wrong-keys.js';
import { createGate } from './admin/gate/gate.js';
import { AdminKey, requireAdminKey } from './admin/gate/key.js';
import { keyPlaceOf } from './admin/gate/key-place.js';
import { sessionHandlers } from './admin/gate/session.js';
import { sessionPeers } from './admin/gate/session-peers.js';
import { Sessions } from './admin/gate/sessions.js';
import { adminHandlers } from './admin/handlers.js';
import { getEvents } from './admin/live/events.js';
import type { Feed } from './admin/live/feed.js';
import { adminRouter, type ReadBody } from './admin/router.js';
import { adminPage } from './admin/static.js';
import type { SettingsStore } from './config/source/store.js';
import { readBody } from './http/body.js';
import { careForConnections } from './http/connections.js';
import { Exchange } from './http/exchange.js';
import { postRequest } from './http/posts/post-request.js';
import { answerWithoutKoa, Posts } from './http/posts/posts.js';
import { createServer, type ServerOptions } from './http/server.js';
import type { Inspections } from './inspection/inspections.js';
import { version } from './package.js';
import { ChainError } from './plugin/door/errors.js';
import { chat } from './protocols/chat.js';
import type { Runtime } from './runtime/runtime.js';
import type { SharedServices } from './runtime/services.js';
import type { Replicas } from './workers/replicas.js';

/** What the HTTP surface works on. */
export interface SurfaceParts {
  /** The runtime in force. Called for every request, since a reload replaces it. */
  readonly current: () => Runtime;
  readonly store: SettingsStore;
  readonly shared: SharedServices;
  readonly replicas: Replicas;
  readonly feed: Feed;
  readonly inspections: Inspections;
  /** The hosts that 429chain listens on, as they were asked for. */
  readonly listening: () => readonly string[];
  readonly stopping: () => boolean;
  /** The folder of the built admin page. */
  readonly adminUi: string;
}

/** The HTTP server of an app: the API, the routes of plugins, and the admin behind its gate. It does not listen yet. */
export const createSurface = (parts: SurfaceParts): Server => {
  const { current, shared, stopping } = parts;
  const { log, clock } = shared;
  const wrongKeys = new WrongKeys(clock.monotonic);
  const answer = createServer({ current, version, stopping, log, wrongKeys, ...admin(parts) });
  // The reader of a body asks the client for it, so that a request that is refused earlier gets no 100 Continue.
  const server = createHttpServer({ requireHostHeader: false }, answer).on('checkContinue', answer);
  return careForConnections(server, shared.pace?.unreadMs);
};

/** @throws ChainError `not_found` */
const nothingAt = (path: string): never => {
  throw new ChainError('not_found', `429chain has no endpoint POST ${path}. docs/endpoints.md lists all of them.`);
};

/** Wrong admin keys without a delay, from all addresses together. */
const FREE_TOGETHER = 50;

/** What answers below `/admin`, and what asks for the admin key elsewhere. */
const admin = ({
  current,
  store,
  shared,
  replicas,
  feed,
  inspections,
  listening,
  adminUi,
}: SurfaceParts): Pick<ServerOptions, 'admin' | 'adminKey'> => {
  const { log, clock, upstream } = shared;
  const adminKey = (): string => current().adminKey;
  const key = new AdminKey(adminKey, new WrongKeys(clock.monotonic, FREE_TOGETHER));
  const file = join(store.current.dataDir, 'sessions.json');
  const peers = sessionPeers(shared.workers, replicas);
  const sessions = new Sessions({ file, key: adminKey, now: clock.now, log, peers });
  const hosts = (): readonly string[] => [...listening(), ...current().settings.server.hosts];
  const handlers = {
    ...sessionHandlers({ sessions, key, version, keyPlace: () => keyPlaceOf(store) }),
    ...adminHandlers({ current, store, upstream, inspections }),
  };
  // The browser has no API key and needs none: it has passed the gate.
  const asAdmin = { current, authorize: () => 'admin', log };
  const postChat = postRequest(chat, asAdmin);
  const posts = new Posts(asAdmin, () => {});
  const readAdminBody: ReadBody = (ctx, maxBodyBytes) => {
    const { maxBodiesInFlight, bodiesInFlight } = current();
    return readBody(new Exchange(ctx.req, ctx.res, ctx.path), { maxBodyBytes, maxBodiesInFlight, bodiesInFlight });
  };
  const routes = adminRouter(handlers, readAdminBody, () => store.catchUp(), {
    'GET /events': getEvents(feed),
    'POST /chat': (ctx) => answerWithoutKoa(ctx, postChat, asAdmin),
    'POST /v1/*path': (ctx) => {
      const path = `/v1/${ctx.params.path}`;
      return answerWithoutKoa(ctx, posts.at(path) ?? nothingAt(path), asAdmin, path);
    },
  });
  return {
    admin: [createGate({ hosts, sessions, key }), routes, adminPage(adminUi)],
    adminKey: requireAdminKey(key),
  };
};
