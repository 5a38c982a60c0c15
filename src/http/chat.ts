import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Context } from 'koa';
import { sizeOf } from '../engine/attempt/estimate.js';
import { Caller } from '../engine/caller.js';
import type { ChainRequest } from '../engine/request.js';
import { plainName, type ResumedEnd } from '../engine/resuming-stream.js';
import type { Sink } from '../engine/stream/relay.js';
import type { PreparedTarget } from '../engine/target.js';
import type { Served } from '../engine/waterfall.js';
import type { Usage } from '../ledger/ledger.js';
import type { Failure } from '../plugin/door/attempt.js';
import { ChainError } from '../plugin/door/errors.js';
import { readBody } from './body.js';
import type { Current } from './current.js';

/** The longest id of a caller's own that is kept. */
const LONGEST_ID = 128;

/** `POST /v1/chat/completions`: reads the request, lets the waterfall find an answer, and hands it on. */
export const postChat =
  (current: () => Current) =>
  async (ctx: Context): Promise<void> => {
    const id = requestIdOf(ctx);
    ctx.set('x-request-id', id);
    const caller = callerOf(ctx.res);
    const { value: body, text } = await readBody(ctx, current().maxBodyBytes);
    checkMessages(body);
    // Only now: the configuration may have changed while the body came in.
    const { chains, waterfall } = current();
    const chain = chains.resolve(body.model);
    ctx.set('x-429chain-chain', plainName(chain.name));
    const stream = body.stream === true;
    const request: ChainRequest = {
      id,
      chain,
      path: '/chat/completions',
      body,
      stream,
      size: sizeOf(body, text),
      caller,
      keyLabel: String(ctx.state.keyLabel),
    };
    const served = await waterfall.run(request);
    ctx.set({ 'x-429chain-target': plainName(served.target.id), 'x-429chain-attempts': String(served.attempts) });
    const { answer } = served;
    if (answer.stream) return await sendStream(ctx, served, answer.pipe);
    if ('rejection' in answer) return sendWhole(ctx, served, answer);
    const { head, body: whole, usage } = answer;
    sendWhole(ctx, served, { status: head.status, body: whole, target: served.target, usage });
  };

/** The request is over when its answer has left, or its caller. */
const finishWith = (
  res: ServerResponse,
  { course }: Served,
  status: number,
  target?: PreparedTarget,
  usage?: Usage,
  streamed = false,
): void => {
  // A caller may close the connection at [DONE], before we do.
  const over = (): void =>
    course.finish(res.writableFinished || (status === 200 && streamed) ? status : 499, target?.publicView, usage);
  if (res.closed) over();
  else res.once('close', over);
};

const requestIdOf = (ctx: Context): string => {
  const given = ctx.get('x-request-id');
  return given !== '' && given.length <= LONGEST_ID && /^[\x21-\x7e]+$/.test(given) ? given : randomUUID();
};

const callerOf = (res: ServerResponse): Caller => {
  const caller = new Caller();
  res.once('close', () => {
    if (!res.writableFinished) caller.leave();
  });
  return caller;
};

const checkMessages = ({ messages }: Readonly<Record<string, unknown>>): void => {
  const fault =
    messages === undefined
      ? 'is missing'
      : !Array.isArray(messages)
        ? 'must be an array'
        : messages.length === 0
          ? 'is empty; it needs at least one message'
          : undefined;
  if (fault !== undefined) throw new ChainError('invalid_request', `"messages" ${fault}.`, { param: 'messages' });
};

interface WholeAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** Absent where the provider refused the request. */
  readonly target?: PreparedTarget;
  readonly usage?: Usage | undefined;
}

const sendWhole = (ctx: Context, served: Served, { status, body, target, usage }: WholeAnswer): void => {
  ctx.status = status;
  ctx.type = 'application/json';
  ctx.body = body;
  finishWith(ctx.res, served, status, target, usage);
};

const sendStream = async (ctx: Context, served: Served, pipe: (sink: Sink) => Promise<ResumedEnd>): Promise<void> => {
  ctx.respond = false;
  const { res } = ctx;
  res.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
  });
  const { failure, usage, target } = await pipe(sinkOf(res)).catch((error: unknown) => {
    served.course.finish(500, served.target.publicView);
    throw error;
  });
  finishWith(res, served, failure === undefined ? 200 : 502, target, usage, true);
  if (res.destroyed) return;
  if (failure !== undefined) res.write(`data: ${JSON.stringify(errorOf(target, failure).toJSON())}\n\n`);
  res.end();
};

/** What the caller reads in place of the rest of an answer. */
const errorOf = (target: PreparedTarget, { cause, message }: Failure): ChainError =>
  cause instanceof ChainError
    ? cause
    : new ChainError('upstream_failed', `${target.id} broke off after its first token: ${message}`);

const sinkOf = (res: ServerResponse): Sink => ({
  write: (chunk) => res.write(chunk),
  onDrain: (listener) => res.once('drain', listener),
});
