import type { Middleware } from 'koa';
import { CallerGone } from '../engine/causes.js';
import type { Log } from '../log.js';
import { ChainError } from '../plugin/door/errors.js';

/** The only place where errors become answers: whatever is thrown below is answered in OpenAI's error shape. */
export const handleErrors =
  (log: Log): Middleware =>
  async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (error instanceof CallerGone || ctx.res.destroyed) return;
      const answer = error instanceof ChainError ? error : unexpected(error, log);
      if (ctx.res.headersSent) {
        ctx.res.destroy();
        return;
      }
      ctx.respond = true;
      ctx.status = answer.status;
      ctx.set({ ...answer.headers });
      ctx.body = answer.toJSON();
    }
  };

const unexpected = (error: unknown, log: Log): ChainError => {
  const { stack, message } = error as Partial<Error>;
  log.error(`Unexpected: ${stack ?? message ?? String(error)}`);
  return new ChainError('internal_error', 'Something went wrong inside 429chain. Its log says what.', { cause: error });
};
