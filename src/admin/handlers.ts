import type { SessionRoute } from './gate/session.js';
import { reportOf } from './live/report.js';
import type { AdminParts } from './parts.js';
import { chainChange, chainRemoval, chainsOf, defaultChainChange } from './resources/chains.js';
import { saved } from './resources/changes.js';
import { checkText, configurationOf, textChange } from './resources/configuration.js';
import { liftCooldown } from './resources/cooldowns.js';
import { explainRequest } from './resources/explain.js';
import { inspectionOf, inspectNow } from './resources/inspection.js';
import { keyRemoval, keysOf, makeKey, relabelChange, revealKey } from './resources/keys.js';
import { pinChange } from './resources/limits.js';
import { modelsOf, tryProvider } from './resources/models.js';
import { pluginChange, pluginsOf } from './resources/plugins.js';
import { providerTypes } from './resources/provider-types.js';
import { providerChange, providerRemoval, providersOf } from './resources/providers.js';
import { requestOf, requestsOf, usageOf } from './resources/requests.js';
import type { Handlers } from './router.js';

/** @returns a handler for every route of the contract */
export const adminHandlers = (parts: AdminParts): Omit<Handlers, SessionRoute> => {
  const { current } = parts;
  const log = () => current().host.requestLog;
  return {
    'GET /status': () => reportOf(current().status(), log(), current().now()),
    'GET /requests': (_, { query }) => requestsOf(log(), query),
    'GET /requests/:id': (_, { params }) => requestOf(log(), params.id ?? ''),
    'GET /usage': (_, { query }) => usageOf(log(), query),
    'POST /explain': (body) => explainRequest(current(), body),
    'POST /cooldowns/lift': ({ target }) => liftCooldown(current(), target),
    'POST /limits/pin': (body, ctx) => saved(parts, ctx, () => pinChange(parts, body)),

    'GET /provider-types': () => providerTypes(current()),
    'GET /providers': () => providersOf(parts),
    'PUT /providers/:id': (body, ctx) => saved(parts, ctx, () => providerChange(parts, ctx.params.id ?? '', body)),
    'DELETE /providers/:id': (_, ctx) => saved(parts, ctx, () => providerRemoval(parts, ctx.params.id ?? '')),
    'GET /providers/:id/models': (_, { params }) => modelsOf(parts, params.id ?? ''),
    'POST /providers/try': (body) => tryProvider(parts, body),

    'GET /inspection': () => inspectionOf(parts),
    'POST /inspection': () => inspectNow(parts),

    'GET /chains': () => chainsOf(parts),
    'PUT /chains/:name': (body, ctx) => saved(parts, ctx, () => chainChange(parts, ctx.params.name ?? '', body)),
    'DELETE /chains/:name': (_, ctx) => saved(parts, ctx, () => chainRemoval(parts, ctx.params.name ?? '')),
    'PUT /default-chain': ({ name }, ctx) => saved(parts, ctx, () => defaultChainChange(parts, name)),

    'GET /keys': () => keysOf(parts),
    'POST /keys': ({ label }, ctx) => makeKey(parts, ctx, label),
    'PUT /keys/:label': ({ label }, ctx) =>
      saved(parts, ctx, () => relabelChange(parts, ctx.params.label ?? '', label)),
    'DELETE /keys/:label': (_, ctx) => saved(parts, ctx, () => keyRemoval(parts, ctx.params.label ?? '')),
    'POST /keys/:label/reveal': (_, { params }) => revealKey(parts, params.label ?? ''),

    'GET /plugins': () => pluginsOf(parts),
    'PUT /plugins/:name': (body, ctx) => saved(parts, ctx, () => pluginChange(parts, ctx.params.name ?? '', body)),

    'GET /configuration': () => configurationOf(parts),
    'PUT /configuration': ({ text }, ctx) => saved(parts, ctx, () => textChange(parts, text)),
    'POST /configuration/check': ({ text }) => checkText(parts, text),
  };
};
