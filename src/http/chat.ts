import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Context, Middleware } from 'koa';
import { sizeOf } from '../engine/attempt/request-size.js';
import { Caller } from '../engine/caller.js';
import type { ChainRequest } from '../engine/request.js';
import { plainName, type ResumedEnd } from '../engine/resuming-stream.js';
import type { Sink } from '../engine/stream/sink.js';
import type { PreparedTarget } from '../engine/target.js';
import { isAboutRequest, rejectionOf } from '../engine/walk/rejection.js';
import type { RequestTrace } from '../engine/walk/trace.js';
import type { Served } from '../engine/waterfall.js';
import type { Usage } from '../ledger/ledger.js';
import type { Failure, TokenUsage } from '../plugin/door/attempt.js';
import { ChainError } from '../plugin/door/errors.js';
import { isResponsesRequest, readRequest } from '../protocols/responses/read-request.js';
import { readBody } from './body.js';
import { CallerStream } from './caller-stream.js';
import type { Current } from './current.js';

/** The longest request id of a caller's own that is kept. */
const LONGEST_ID = 128;

const PATH = '/chat/completions';

/**
 * `POST /v1/chat/completions`: lets `authorize` check the caller, reads the request, has the waterfall find an answer, and
 * sends it. `authorize` leaves the label of the caller's key in `ctx.state.keyLabel`. A request that is refused on the way
 * leaves a trace as well.
 */
export const postChat =
  (current: () => Current, authorize: Middleware) =>
  async (ctx: Context): Promise<void> => {
    const trace = current().waterfall.traceOf({ id: requestIdOf(ctx), path: PATH });
    ctx.set('x-request-id', trace.id);
    try {
      await authorize(ctx as Parameters<Middleware>[0], () => answer(ctx, current, trace));
    } catch (error) {
      current().waterfall.refuse(trace, error);
      throw error;
    }
  };

const answer = async (ctx: Context, current: () => Current, trace: RequestTrace): Promise<void> => {
  trace.keyLabel = String(ctx.state.keyLabel);
  const caller = callerOf(ctx.res);
  const value = await readBody(ctx, current().maxBodyBytes);
  const body = isResponsesRequest(value) ? readRequest(value) : value;
  checkMessages(body);
  // Only now: the configuration may have changed while the body came in.
  const { chains, waterfall } = current();
  const chain = chains.resolve(body.model);
  ctx.set('x-429chain-chain', plainName(chain.name));
  const stream = body.stream === true ? new CallerStream(ctx.res, waterfall.silenceMs) : undefined;
  const request: ChainRequest = {
    id: trace.id,
    chain,
    path: PATH,
    body,
    stream: stream !== undefined,
    size: sizeOf(body),
    caller,
    keyLabel: trace.keyLabel,
    onLongWait: stream && (() => beginEarly(ctx, stream)),
  };
  const served = await waterfall.run(request, trace).catch((error: unknown) => {
    if (stream?.hasBegun !== true || !(error instanceof ChainError)) throw error;
    stream.end(JSON.stringify(error.toJSON()));
  });
  if (served === undefined) return;
  const { reply } = served;
  if (stream?.hasBegun !== true) {
    ctx.set({ 'x-429chain-target': plainName(served.target.id), 'x-429chain-attempts': String(served.attempts) });
  }
  if (reply.kind === 'stream' && stream !== undefined) return await sendStream(ctx, served, stream, reply.pipe);
  if (reply.kind === 'stream') throw new Error('A stream that was not asked for.');
  if (stream?.hasBegun === true && reply.kind === 'rejection') return refuseLate(ctx, served, stream, reply);
  if (reply.kind === 'rejection') return sendWhole(ctx, served, reply);
  sendWhole(ctx, served, { status: reply.head.status, body: reply.body, target: served.target, usage: reply.usage });
};

/** The request is over when its answer has left, or its caller. */
const endWhenSent = (
  res: ServerResponse,
  { end }: Served,
  status: number,
  target?: PreparedTarget,
  usage?: Usage | TokenUsage,
  streamed = false,
): void => {
  // A caller may close the connection at [DONE], before we do.
  const over = (): void => end(res.writableFinished || (status === 200 && streamed) ? status : 499, target, usage);
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
  const fault = faultIn(messages);
  if (fault !== undefined) throw new ChainError('invalid_request', `"messages" ${fault}.`, { param: 'messages' });
};

const faultIn = (messages: unknown): string | undefined => {
  if (messages === undefined) return 'is missing';
  if (!Array.isArray(messages)) return 'must be an array';
  return messages.length === 0 ? 'is empty; it needs at least one message' : undefined;
};

interface WholeAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** Absent where the provider rejected the request. */
  readonly target?: PreparedTarget;
  readonly usage?: Usage | undefined;
}

const sendWhole = (ctx: Context, served: Served, { status, body, target, usage }: WholeAnswer): void => {
  ctx.status = status;
  ctx.type = 'application/json';
  ctx.body = body;
  endWhenSent(ctx.res, served, status, target, usage);
};

const sendStream = async (
  ctx: Context,
  served: Served,
  stream: CallerStream,
  pipe: (sink: Sink) => Promise<ResumedEnd>,
): Promise<void> => {
  ctx.respond = false;
  stream.begin();
  const { failure, usage, target } = await pipe(stream).catch((error: unknown) => {
    served.end(500, served.target);
    throw error;
  });
  endWhenSent(ctx.res, served, failure === undefined ? 200 : 502, target, usage, true);
  stream.end(failure && errorTextOf(target, failure));
};

/** The request waits for capacity: its caller gets the beginning of a response before any target has answered. */
const beginEarly = (ctx: Context, stream: CallerStream): void => {
  ctx.respond = false;
  stream.begin();
  stream.keepAlive();
};

/** A provider's refusal, for a caller whose response has begun. */
const refuseLate = (ctx: Context, served: Served, stream: CallerStream, { status, body }: WholeAnswer): void => {
  endWhenSent(ctx.res, served, status);
  stream.end(body.toString());
};

/** What the caller reads in place of the rest of an answer, as JSON on one line. */
const errorTextOf = (target: PreparedTarget, failure: Failure): string => {
  const { cause, message } = failure;
  if (isAboutRequest(failure)) return rejectionOf(target, failure).body.toString();
  const error =
    cause instanceof ChainError
      ? cause
      : new ChainError('upstream_failed', `${target.id} broke off after its first token: ${message}`);
  return JSON.stringify(error.toJSON());
};
