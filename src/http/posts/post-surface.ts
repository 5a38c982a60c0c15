import { surfaceSizeOf } from '../../engine/ask-surface.js';
import { CallerGone } from '../../engine/causes.js';
import type { ChainRequest } from '../../engine/request.js';
import { plainName } from '../../engine/resuming-stream.js';
import type { Sink } from '../../engine/stream/sink.js';
import type { RequestTrace } from '../../engine/walk/trace.js';
import type { Reply, Served } from '../../engine/waterfall.js';
import type { Refusal } from '../../plugin/door/protocol.js';
import type { Surface } from '../../plugin/door/surface.js';
import type { Fields } from '../../plugin/fields.js';
import { openAiReply } from '../../protocols/openai-reply.js';
import { readBody } from '../body.js';
import { CallerStream } from '../caller-stream.js';
import { asChainError, refusalOf } from '../errors.js';
import type { Exchange } from '../exchange.js';
import { type ReadUpload, readUpload } from '../multipart/read-upload.js';
import { requestIdOf } from '../protocol-call.js';
import type { Answer, PostParts } from './post-parts.js';
import { beginEarly, brokenOff, endWhenSent, nameTarget } from './sending.js';

/**
 * Returns what answers requests to an endpoint beside chat: checks the caller, reads the request, has the waterfall find an
 * answer, and sends it in the form in which it came. A request that is refused on the way leaves a trace as well.
 */
export const postSurface =
  (surface: Surface, parts: PostParts): Answer =>
  async (exchange) => {
    const { current, authorize } = parts;
    const trace = current().waterfall.traceOf({ id: requestIdOf(exchange), path: surface.path });
    exchange.set('x-request-id', trace.id);
    try {
      trace.keyLabel = authorize(exchange);
      if (surface.isForm !== true) return await answer(exchange, surface, parts, trace);
      const upload = await readUpload(exchange, current());
      await answer(exchange, surface, parts, trace, upload).finally(() => upload.close());
    } catch (error) {
      current().waterfall.refuse(trace, error);
      throw error;
    }
  };

const answer = async (
  exchange: Exchange,
  surface: Surface,
  { current, log }: PostParts,
  trace: RequestTrace,
  upload?: ReadUpload,
): Promise<void> => {
  const body: Fields = upload?.fields ?? (await readBody(exchange, current()));
  surface.check(body);
  // Only now: the configuration may have changed while the body came in.
  const { chains, waterfall } = current();
  const chain = chains.resolve(body.model);
  exchange.set('x-429chain-chain', plainName(chain.name));
  const asksForStream = surface.streams?.(body) ?? body.stream === true;
  // Only answers like those of chat are certain to be events.
  const early =
    asksForStream && surface.answers === 'choices' ? new CallerStream(exchange.res, waterfall.silenceMs) : undefined;
  const request: ChainRequest = {
    id: trace.id,
    chain,
    path: surface.path,
    body,
    surface,
    upload,
    stream: asksForStream,
    size: surfaceSizeOf(surface, body),
    caller: exchange.caller,
    keyLabel: trace.keyLabel,
    onLongWait: early && (() => beginEarly(exchange, early)),
  };
  const served = await waterfall.run(request, trace).catch((error: unknown) => {
    if (early?.hasBegun !== true || error instanceof CallerGone) throw error;
    fail(early, refusalOf(asChainError(error, log)));
  });
  if (served === undefined) return;
  if (early?.hasBegun !== true) nameTarget(exchange, served);
  await send(exchange, surface, served, early ?? ((type) => new CallerStream(exchange.res, waterfall.silenceMs, type)));
};

const send = async (
  exchange: Exchange,
  surface: Surface,
  served: Served,
  stream: CallerStream | ((type: string) => CallerStream),
): Promise<void> => {
  const { reply: found } = served;
  if (found.kind === 'stream') {
    const type = contentTypeOf(found.head) ?? 'application/octet-stream';
    return await sendStream(exchange, served, typeof stream === 'function' ? stream(type) : stream, found.pipe);
  }
  if (found.kind === 'rejection') {
    endWhenSent(exchange, served, found.status);
    if (typeof stream !== 'function' && stream.hasBegun) fail(stream, found);
    else await exchange.reply(openAiReply(found));
    return;
  }
  // Only text has types of its own; some providers call JSON plain text.
  const type = surface.answers === 'text' ? contentTypeOf(found.head) : undefined;
  exchange.set('content-type', type ?? 'application/json');
  endWhenSent(exchange, served, found.head.status, served.target, found.usage);
  await exchange.send(found.head.status, found.body);
};

const contentTypeOf = ({ headers }: Extract<Reply, { kind: 'whole' }>['head']): string | undefined => {
  const type = headers['content-type'];
  return typeof type === 'string' && type !== '' ? type : undefined;
};

const sendStream = async (
  exchange: Exchange,
  served: Served,
  stream: CallerStream,
  pipe: Extract<Reply, { kind: 'stream' }>['pipe'],
): Promise<void> => {
  exchange.begin(stream);
  const sink: Sink = { write: (bytes) => stream.write(bytes), onDrain: (listener) => stream.onDrain(listener) };
  const { failure, usage, target } = await pipe(sink).catch((error: unknown) => {
    served.end(500, served.target);
    throw error;
  });
  if (failure !== undefined && !stream.hasComments) {
    served.end(failure.class === 'cancelled' ? 499 : 502, target, usage);
    // Half a recording must not pass for a whole one.
    exchange.res.destroy();
    return;
  }
  endWhenSent(exchange, served, failure === undefined ? 200 : 502, target, usage, true);
  if (failure === undefined) stream.end();
  else fail(stream, brokenOff(target, failure));
};

const fail = (stream: CallerStream, { error }: Refusal): void => stream.end(`data: ${JSON.stringify({ error })}\n\n`);
