import type { Context, Middleware } from 'koa';
import type { Protocol, ProtocolRoute } from '../plugin/door/protocol.js';
import { wrongMethod } from '../routes.js';
import { readBody } from './body.js';
import type { Current } from './current.js';
import { reply } from './errors.js';
import { withoutKey } from './keyless.js';
import { type PostParts, postRequest } from './post-request.js';
import { speak } from './protocol-call.js';

/** Answers at the paths of the protocols, and of the routes that they add. */
export const answerProtocols = (given: PostParts): Middleware => {
  const keyless = { ...given, authorize: withoutKey(given.authorize) };
  const partsOf = ({ key }: Protocol): PostParts => (key === 'none' ? keyless : given);
  return (ctx, next) => {
    const { path: askedPath, method: askedMethod } = ctx;
    const { protocols } = given.current();
    const asked = protocols.find(({ path }) => path === askedPath);
    if (asked !== undefined && askedMethod === 'POST') return postRequest(ctx, asked, partsOf(asked));
    const found = routesAt(protocols, askedPath);
    const route = found.find(({ route: { method } }) => method === (askedMethod === 'HEAD' ? 'GET' : askedMethod));
    if (route !== undefined) return answerRoute(ctx, route, partsOf(route.protocol));
    const methods = [...(asked === undefined ? [] : ['POST']), ...found.map(({ route: { method } }) => method)];
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

const answerRoute = async (ctx: Context, { protocol, route }: Found, parts: PostParts): Promise<void> => {
  const { current, authorize } = parts;
  const { call } = speak(ctx, protocol, current);
  await authorize(ctx as Parameters<Middleware>[0], async () => {
    const readsBody = route.method === 'POST' && hasBody(ctx);
    const body = readsBody ? await readBody(ctx, current(), protocol.anyContentType) : undefined;
    reply(ctx, route.answer(call, body));
  });
};

const hasBody = (ctx: Context): boolean =>
  ctx.get('transfer-encoding') !== '' || Number(ctx.get('content-length') || 0) > 0;
