import Koa from 'koa';
import { forward } from './forward.js';
import { listen } from './listen.js';
import { readBody } from './read-body.js';

/** The same behind Koa, with one route. */
const app = new Koa();
app.use(async (ctx) => {
  if (ctx.path === '/health') ctx.body = 'ok';
  if (ctx.path !== '/v1/chat/completions') return;
  const body = await readBody(ctx.req);
  ctx.respond = false;
  await forward(ctx.res, body);
});
listen(app.callback());
