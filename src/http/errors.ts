import type { Context, Middleware } from 'koa';
import { CallerGone } from '../engine/causes.js';
import type { Log } from '../log.js';
import { ChainError } from '../plugin/door/errors.js';
import type { ProtocolReply, Refusal } from '../plugin/door/protocol.js';
import { isFromAnthropicClient } from '../protocols/messages/models.js';
import { openAiReply } from '../protocols/openai-reply.js';
import { isClientApi } from './address.js';
import type { Asked } from './asked.js';
import type { Current } from './current.js';
import type { Exchange } from './exchange.js';
import { type Spoken, speak } from './protocol-call.js';

/** Sends errors as answers, in the shape of the caller's protocol, and in OpenAI's elsewhere. */
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
      reply(ctx, shaped(ctx, ctx.state.spoken as Spoken | undefined, refusalOf(asChainError(error, log)), current));
    }
  };

/** The same for a request that Koa does not answer. Does not throw. */
export const answerOrRefuse = (
  exchange: Exchange,
  answer: (exchange: Exchange) => Promise<void>,
  log: Log,
  current: () => Current,
): Promise<void> => {
  const refuse = (error: unknown): Promise<void> => refuseWith(exchange, error, log, current);
  try {
    return answer(exchange).catch(refuse);
  } catch (error) {
    return refuse(error);
  }
};

const refuseWith = async (exchange: Exchange, error: unknown, log: Log, current: () => Current): Promise<void> => {
  const { res, spoken } = exchange;
  if (error instanceof CallerGone || res.destroyed || res.headersSent) {
    res.destroy();
    return;
  }
  try {
    await exchange.reply(shaped(exchange, spoken, refusalOf(asChainError(error, log)), current));
  } catch (unsendable) {
    asChainError(unsendable, log);
    res.destroy();
  }
};

/** Sends what a protocol or one of its routes answers. */
export const reply = (ctx: Context, { status = 200, headers = {}, body }: ProtocolReply): void => {
  ctx.status = status;
  ctx.set({ ...headers });
  ctx.body = body ?? null;
};

const shaped = (asked: Asked, known: Spoken | undefined, refusal: Refusal, current: () => Current): ProtocolReply => {
  const spoken = known ?? spokenAt(asked, current);
  return spoken === undefined ? openAiReply(refusal) : spoken.protocol.refusal(refusal, spoken.call);
};

/** The protocol of a request that failed before it was read: its path says it, or a header of its client. */
const spokenAt = (asked: Asked, current: () => Current): Spoken | undefined => {
  const { protocols } = current();
  const isAnthropic = isClientApi(asked.path) && isFromAnthropicClient(asked.req.headers);
  const protocol =
    protocols.find(({ path }) => `${asked.path}/`.startsWith(`${path}/`)) ??
    (isAnthropic ? protocols.find(({ name }) => name === 'messages') : undefined);
  return protocol && speak(asked, protocol, current);
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
