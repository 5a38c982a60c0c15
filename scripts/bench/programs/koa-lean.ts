import Koa, { type Context } from 'koa';
import { readChat } from './lean-body.js';
import { Chain } from './lean-chain.js';
import { ask, type Outcome } from './lean-exchange.js';
import { Keys } from './lean-keys.js';
import { RequestLog } from './lean-log.js';
import { listen } from './listen.js';
import { readBody } from './read-body.js';

/**
 * A yardstick, not a product: a Koa relay that does what 429chain has to do for each request, with the cheapest means. It
 * checks keys and bodies, walks down a chain with cooldowns, reads limits and usage, and logs to disk.
 */
const keys = new Keys(['bench-key']);
const chain = new Chain((process.env.PROVIDERS ?? '').split(' '));
const log = new RequestLog(process.env.DATA_DIR ?? '.');

const refuse = (ctx: Context, status: number, message: string): void => {
  ctx.status = status;
  ctx.body = { error: { message, type: 'invalid_request_error', code: null } };
};

const complete = async (ctx: Context): Promise<void> => {
  const startedAt = performance.now();
  if (!keys.allows(ctx.req.headers.authorization)) return refuse(ctx, 401, 'The key is wrong.');
  const asked = readChat(await readBody(ctx.req));
  if (asked === undefined) return refuse(ctx, 400, 'The body is not a chat request.');
  for (let attempts = 1; ; attempts++) {
    const target = chain.pick(Date.now());
    if (target === undefined) return refuse(ctx, 429, 'All targets cool down.');
    ctx.respond = false;
    const outcome: Outcome = await ask(ctx.res, chain, target, attempts, asked.body);
    if (outcome.refused) {
      ctx.respond = true;
      continue;
    }
    log.add({
      at: Date.now(),
      target: target.id,
      status: outcome.status,
      latencyMs: Math.round(performance.now() - startedAt),
      promptTokens: outcome.usage?.prompt_tokens ?? 0,
      completionTokens: outcome.usage?.completion_tokens ?? 0,
      attempts,
      stream: asked.stream,
    });
    return;
  }
};

const app = new Koa();
app.use(async (ctx) => {
  if (ctx.path === '/health') ctx.body = 'ok';
  else if (ctx.path === '/v1/chat/completions') await complete(ctx);
});
listen(app.callback());
