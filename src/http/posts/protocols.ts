import type { Context, Middleware } from 'koa';
import type { Protocol, ProtocolRoute } from '../../plugin/door/protocol.js';
import { wrongMethod } from '../../routes.js';
import type { Authorize } from '../asked.js';
import { readBody } from '../body.js';
import type { Current } from '../current.js';
import { reply } from '../errors.js';
import { Exchange } from '../exchange.js';
import { withoutKey } from '../keyless.js';
import { speak } from '../protocol-call.js';
import type { PostParts } from './post-parts.js';

/** Answers at the paths of the routes that protocols add. */
export const answerProtocolRoutes = (given: PostParts): Middleware => {
  const keyless = withoutKey(given.authorize);
  return (ctx, next) => {
    const { path: askedPath, method: askedMethod } = ctx;
    const { protocols } = given.current();
    const found = routesAt(protocols, askedPath);
    const route = found.find(({ route: { method } }) => method === (askedMethod === 'HEAD' ? 'GET' : askedMethod));
    if (route !== undefined) {
      return answerRoute(ctx, route, given.current, route.protocol.key === 'none' ? keyless : given.authorize);
    }
    const isProtocol = protocols.some(({ path }) => path === askedPath);
    const methods = [...(isProtocol ? ['POST'] : []), ...found.map(({ route: { method } }) => method)];
    if (methods.length > 0) throw wrongMethod(ctx, methods);
    return next();
  };
};

interface Found {
  readonly protocol: Protocol;
  readonly route: ProtocolRoute;
}

const routesAt = (protocols: Current['protocols'], path: string): Found[] =>
  protocols.flatMap((protocol) =>
    (protocol.routes ?? []).filter((route) => isAt(route, path)).map((route) => ({ protocol, route })),
  );

const isAt = ({ path }: ProtocolRoute, asked: string): boolean =>
  path.endsWith('*') ? asked.startsWith(path.slice(0, -1)) : asked === path;

const answerRoute = async (
  ctx: Context,
  { protocol, route }: Found,
  current: () => Current,
  authorize: Authorize,
): Promise<void> => {
  const spoken = speak(ctx, protocol, current);
  ctx.state.spoken = spoken;
  spoken.call.keyLabel = authorize(ctx);
  const readsBody = route.method === 'POST' && hasBody(ctx);
  const body = readsBody
    ? await readBody(new Exchange(ctx.req, ctx.res, ctx.path), current(), protocol.anyContentType)
    : undefined;
  reply(ctx, route.answer(spoken.call, body));
};

const hasBody = (ctx: Context): boolean =>
  ctx.get('transfer-encoding') !== '' || Number(ctx.get('content-length') || 0) > 0;
