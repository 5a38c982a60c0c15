import type { Context, Middleware } from 'koa';
import { surfaceSizeOf } from '../engine/ask-surface.js';
import { CallerGone } from '../engine/causes.js';
import type { ChainRequest } from '../engine/request.js';
import { plainName } from '../engine/resuming-stream.js';
import type { Sink } from '../engine/stream/sink.js';
import type { RequestTrace } from '../engine/walk/trace.js';
import type { Reply, Served } from '../engine/waterfall.js';
import type { Refusal } from '../plugin/door/protocol.js';
import type { Surface } from '../plugin/door/surface.js';
import type { Fields } from '../plugin/fields.js';
import { openAiReply } from '../protocols/openai-reply.js';
import { wrongMethod } from '../routes.js';
import { readBody } from './body.js';
import { CallerStream } from './caller-stream.js';
import { asChainError, refusalOf, reply } from './errors.js';
import { type ReadUpload, readUpload } from './multipart/read-upload.js';
import { beginEarly, brokenOff, callerOf, endWhenSent, type PostParts } from './post-request.js';
import { requestIdOf } from './protocol-call.js';

/**
 * Answers a request to an endpoint beside chat: checks the caller, reads the request, has the waterfall find an answer, and
 * sends it in the form in which it came. A request that is refused on the way leaves a trace as well.
 */
const postSurface = async (ctx: Context, surface: Surface, parts: PostParts): Promise<void> => {
  const { current, authorize } = parts;
  const trace = current().waterfall.traceOf({ id: requestIdOf(ctx), path: surface.path });
  ctx.set('x-request-id', trace.id);
  try {
    await authorize(ctx as Parameters<Middleware>[0], async () => {
      trace.keyLabel = String(ctx.state.keyLabel);
      if (surface.isForm !== true) return await answer(ctx, surface, parts, trace);
      const upload = await readUpload(ctx, current());
      await answer(ctx, surface, parts, trace, upload).finally(() => upload.close());
    });
  } catch (error) {
    current().waterfall.refuse(trace, error);
    throw error;
  }
};

const answer = async (
  ctx: Context,
  surface: Surface,
  { current, log }: PostParts,
  trace: RequestTrace,
  upload?: ReadUpload,
): Promise<void> => {
  const caller = callerOf(ctx.res);
  const body: Fields = upload?.fields ?? (await readBody(ctx, current()));
  surface.check(body);
  // Only now: the configuration may have changed while the body came in.
  const { chains, waterfall } = current();
  const chain = chains.resolve(body.model);
  ctx.set('x-429chain-chain', plainName(chain.name));
  const asksForStream = surface.streams?.(body) ?? body.stream === true;
  // Only answers like those of chat are certain to be events.
  const early =
    asksForStream && surface.answers === 'choices' ? new CallerStream(ctx.res, waterfall.silenceMs) : undefined;
  const request: ChainRequest = {
    id: trace.id,
    chain,
    path: surface.path,
    body,
    surface,
    upload,
    stream: asksForStream,
    size: surfaceSizeOf(surface, body),
    caller,
    keyLabel: trace.keyLabel,
    onLongWait: early && (() => beginEarly(ctx, early)),
  };
  const served = await waterfall.run(request, trace).catch((error: unknown) => {
    if (early?.hasBegun !== true || error instanceof CallerGone) throw error;
    fail(early, refusalOf(asChainError(error, log)));
  });
  if (served === undefined) return;
  if (early?.hasBegun !== true) {
    ctx.set({ 'x-429chain-target': plainName(served.target.id), 'x-429chain-attempts': String(served.attempts) });
  }
  await send(ctx, surface, served, early ?? ((type) => new CallerStream(ctx.res, waterfall.silenceMs, type)));
};

const send = async (
  ctx: Context,
  surface: Surface,
  served: Served,
  stream: CallerStream | ((type: string) => CallerStream),
): Promise<void> => {
  const { reply: found } = served;
  if (found.kind === 'stream') {
    const type = contentTypeOf(found.head) ?? 'application/octet-stream';
    return await sendStream(ctx, served, typeof stream === 'function' ? stream(type) : stream, found.pipe);
  }
  if (found.kind === 'rejection') {
    endWhenSent(ctx.res, served, found.status);
    if (typeof stream !== 'function' && stream.hasBegun) fail(stream, found);
    else reply(ctx, openAiReply(found));
    return;
  }
  ctx.status = found.head.status;
  // Only text has types of its own; some providers call JSON plain text.
  const type = surface.answers === 'text' ? contentTypeOf(found.head) : undefined;
  ctx.set('content-type', type ?? 'application/json');
  ctx.body = found.body;
  endWhenSent(ctx.res, served, found.head.status, served.target, found.usage);
};

const contentTypeOf = ({ headers }: Extract<Reply, { kind: 'whole' }>['head']): string | undefined => {
  const type = headers['content-type'];
  return typeof type === 'string' && type !== '' ? type : undefined;
};

const sendStream = async (
  ctx: Context,
  served: Served,
  stream: CallerStream,
  pipe: Extract<Reply, { kind: 'stream' }>['pipe'],
): Promise<void> => {
  ctx.respond = false;
  stream.begin();
  const sink: Sink = { write: (bytes) => stream.write(bytes), onDrain: (listener) => stream.onDrain(listener) };
  const { failure, usage, target } = await pipe(sink).catch((error: unknown) => {
    served.end(500, served.target);
    throw error;
  });
  if (failure !== undefined && !stream.hasComments) {
    served.end(failure.class === 'cancelled' ? 499 : 502, target, usage);
    // Half a recording must not pass for a whole one.
    ctx.res.destroy();
    return;
  }
  endWhenSent(ctx.res, served, failure === undefined ? 200 : 502, target, usage, true);
  if (failure === undefined) stream.end();
  else fail(stream, brokenOff(target, failure));
};

const fail = (stream: CallerStream, { error }: Refusal): void => stream.end(`data: ${JSON.stringify({ error })}\n\n`);

/** Answers at the paths of the endpoints beside chat. */
export const answerSurfaces = (surfaces: readonly Surface[], parts: PostParts): Middleware => {
  const byPath = new Map(surfaces.map((surface) => [`/v1${surface.path}`, surface]));
  return (ctx, next) => {
    const surface = byPath.get(ctx.path);
    if (surface === undefined) return next();
    if (ctx.method !== 'POST') throw wrongMethod(ctx, ['POST']);
    return postSurface(ctx, surface, parts);
  };
};
