import type { Context, Middleware } from 'koa';
import { CallerGone } from '../engine/causes.js';
import type { Log } from '../log.js';
import { ChainError } from '../plugin/door/errors.js';
import type { ProtocolReply, Refusal } from '../plugin/door/protocol.js';
import { isFromAnthropicClient } from '../protocols/messages/models.js';
import { openAiReply } from '../protocols/openai-reply.js';
import { isClientApi } from './address.js';
import type { Current } from './current.js';
import { type Spoken, speak } from './protocol-call.js';

/** The only place where errors become answers: in the shape of the caller's protocol, and in OpenAI's elsewhere. */
export const handleErrors =
  (log: Log, current: () => Current): Middleware =>
  async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (error instanceof CallerGone || ctx.res.destroyed) return;
      if (ctx.res.headersSent) {
        ctx.res.destroy();
        return;
      }
      ctx.respond = true;
      reply(ctx, shaped(ctx, refusalOf(asChainError(error, log)), current));
    }
  };

/** Sends what a protocol or one of its routes answers. */
export const reply = (ctx: Context, { status = 200, headers = {}, body }: ProtocolReply): void => {
  ctx.status = status;
  ctx.set({ ...headers });
  ctx.body = body ?? null;
};

const shaped = (ctx: Context, refusal: Refusal, current: () => Current): ProtocolReply => {
  const spoken = (ctx.state.spoken as Spoken | undefined) ?? spokenAt(ctx, current);
  if (spoken !== undefined) return spoken.protocol.refusal(refusal, spoken.call);
  return openAiReply(refusal);
};

/** The protocol of a request that failed before it was read: its path says it, or a header of its client. */
const spokenAt = (ctx: Context, current: () => Current): Spoken | undefined => {
  const { protocols } = current();
  const isAnthropic = isClientApi(ctx.path) && isFromAnthropicClient(ctx.headers);
  const protocol =
    protocols.find(({ path }) => `${ctx.path}/`.startsWith(`${path}/`)) ??
    (isAnthropic ? protocols.find(({ name }) => name === 'messages') : undefined);
  return protocol && speak(ctx, protocol, current);
};

/** Returns an error of 429chain as a caller reads it. */
export const refusalOf = (error: ChainError): Refusal => ({
  status: error.status,
  headers: error.headers,
  error: error.toJSON().error as Refusal['error'],
});

/** Returns an error that a caller may see: the error itself, or in place of an unexpected one, which goes into the log. */
export const asChainError = (error: unknown, log: Log): ChainError => {
  if (error instanceof ChainError) return error;
  const { stack, message } = error as Partial<Error>;
  log.error(`Unexpected: ${stack ?? message ?? String(error)}`);
  return new ChainError('internal_error', 'Something went wrong inside 429chain. Its log says what.', { cause: error });
};
