import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Context, Middleware } from 'koa';

/** How long the rest of an upload is read and discarded, in ms. */
interface LingerTimes {
  readonly longestMs: number;
  /** Without a further byte. */
  readonly quietMs: number;
}

const TIMES: LingerTimes = { longestMs: 30_000, quietMs: 5_000 };

/**
 * Sends an answer that is ready before the request's body has arrived, such as a 401 or a 413. Clients that only read once
 * they have sent everything get it too: the connection stays open, and the rest of the body is discarded. Closing it at once
 * would reset it, which discards the answer.
 */
export const answerEarly =
  (times = TIMES): Middleware =>
  async (ctx, next) => {
    await next();
    const bytes = isUploading(ctx.req) ? bodyOf(ctx) : undefined;
    if (bytes === undefined) return;
    if (!(await staysEarly(ctx.req)) || ctx.res.headersSent || ctx.res.destroyed) return;
    ctx.respond = false;
    ctx.length = bytes.length;
    ctx.set('connection', 'close');
    // The client has the whole answer now; Node closes the connection at `end`.
    ctx.res.write(bytes);
    endAfterUpload(ctx.req, ctx.res, times);
  };

/** Whether the body is still on its way when an answer is ready: the rest of a short one is often there and only not parsed yet. */
export const staysEarly = async (req: IncomingMessage): Promise<boolean> => {
  await setImmediate();
  return isUploading(req);
};

/** Asks a client that waits for it to send the body. Call it before the body is read. */
export const askForBody = ({ req, res }: { readonly req: IncomingMessage; readonly res: ServerResponse }): void => {
  if (req.headers.expect === undefined || res.headersSent) return;
  delete req.headers.expect;
  res.writeContinue();
};

/** Whether a part of the request's body has not arrived. */
export const isUploading = ({ complete, headers }: IncomingMessage): boolean =>
  !complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0);

/** `undefined` for an answer without a body, or one that is sent elsewhere. */
const bodyOf = ({ body, respond, method }: Context): Buffer | undefined => {
  if (respond === false || method === 'HEAD' || body === undefined || body === null) return undefined;
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === 'string') return Buffer.from(body);
  return body instanceof Readable ? undefined : Buffer.from(JSON.stringify(body));
};

/** Reads and discards the rest of an upload, and ends the response after it. */
export const endAfterUpload = (
  req: IncomingMessage,
  res: ServerResponse,
  { longestMs, quietMs }: LingerTimes = TIMES,
): void => {
  const end = (): void => {
    clearTimeout(longest);
    clearTimeout(quiet);
    req.off('data', heard);
    res.end();
  };
  const longest = setTimeout(end, longestMs);
  const quiet = setTimeout(end, quietMs);
  const heard = (): void => void quiet.refresh();
  req.on('data', heard);
  req.once('end', end);
  req.once('close', end);
  req.resume();
};
