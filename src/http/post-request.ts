import type { ServerResponse } from 'node:http';
import type { Context, Middleware } from 'koa';
import { surfaceSizeOf } from '../engine/ask-surface.js';
import { sizeOf } from '../engine/attempt/request-size.js';
import { Caller } from '../engine/caller.js';
import { CallerGone } from '../engine/causes.js';
import type { ChainRequest } from '../engine/request.js';
import { plainName, type ResumedEnd } from '../engine/resuming-stream.js';
import type { Sink } from '../engine/stream/sink.js';
import type { PreparedTarget } from '../engine/target.js';
import { isAboutRequest, rejectionOf } from '../engine/walk/rejection.js';
import type { RequestTrace } from '../engine/walk/trace.js';
import type { Reply, Served } from '../engine/waterfall.js';
import type { Usage } from '../ledger/ledger.js';
import type { Log } from '../log.js';
import type { Failure, TokenUsage } from '../plugin/door/attempt.js';
import { ChainError } from '../plugin/door/errors.js';
import type { AnswerWriter, Protocol, ProtocolRequest, Refusal } from '../plugin/door/protocol.js';
import type { Fields } from '../plugin/fields.js';
import { SURFACES } from '../protocols/surfaces.js';
import { type AnswerOutput, ChatOutput, TranslatedOutput } from './answer-output.js';
import { readJson } from './body.js';
import { CallerStream } from './caller-stream.js';
import type { Current } from './current.js';
import { asChainError, refusalOf, reply } from './errors.js';
import { chainFor, nativeFor } from './native-request.js';
import { type Spoken, speak } from './protocol-call.js';

/** The path that providers answer, below their base URL. */
const UPSTREAM_PATH = '/chat/completions';

/** What requests are answered with. */
export interface PostParts {
  readonly current: () => Current;
  /** Checks the caller, and leaves the label of its key in `ctx.state.keyLabel`. */
  readonly authorize: Middleware;
  readonly log: Log;
}

/**
 * Answers a request in one of the protocols: checks the caller, reads the request, has the waterfall find an answer, and
 * sends it. A request that is refused on the way leaves a trace as well.
 */
export const postRequest = async (ctx: Context, protocol: Protocol, parts: PostParts): Promise<void> => {
  const { current, authorize } = parts;
  const spoken = speak(ctx, protocol, current);
  const { call } = spoken;
  const trace = current().waterfall.traceOf({
    id: call.requestId,
    path: protocol.path.replace(/^\/v1(?=\/)/, ''),
    statusOf: (status, code) => protocol.refusal(bareRefusal(status, code), call).status ?? status,
  });
  try {
    await authorize(ctx as Parameters<Middleware>[0], () => answer(ctx, spoken, parts, trace));
  } catch (error) {
    current().waterfall.refuse(trace, error);
    throw error;
  }
};

const answer = async (
  ctx: Context,
  { protocol, call }: Spoken,
  { current, log }: PostParts,
  trace: RequestTrace,
): Promise<void> => {
  trace.keyLabel = String(ctx.state.keyLabel);
  const caller = callerOf(ctx.res);
  const asked = await readJson(ctx, current(), protocol.anyContentType);
  const read = protocol.read(asked.value, call);
  if (read.reply !== undefined) {
    trace.end({ status: read.reply.status ?? 200 });
    return reply(ctx, read.reply);
  }
  const { endpoint } = read;
  const surface = endpoint === undefined ? undefined : SURFACES.find(({ name }) => name === endpoint);
  if (surface !== undefined) surface.check(read.body);
  else if (read.nativeOnly === undefined) checkMessages(read.body);
  for (const warning of read.warnings ?? []) log.warn(`Request ${trace.id}: ${warning}`);
  // Only now: the configuration may have changed while the body came in.
  const { chains, waterfall } = current();
  const chain = chainFor(read, protocol, chains.resolve(read.body.model));
  ctx.res.setHeader('x-429chain-chain', plainName(chain.name));
  const writer = read.answer?.();
  const stream =
    read.body.stream === true && surface === undefined
      ? new CallerStream(ctx.res, waterfall.silenceMs, protocol.streamType)
      : undefined;
  const output =
    stream &&
    outputOf(stream, writer, (cause) => {
      const error = asChainError(cause, log);
      // Later: the provider's data is being read right now.
      queueMicrotask(() => caller.leave(error));
      return error;
    });
  const body = bodyOf(read);
  const native = nativeFor(chain, protocol, call, read, asked.written);
  // Its bytes are those of the body only where no protocol translated it.
  const written = body === asked.value ? asked.written : undefined;
  if (written === undefined && native?.written !== asked.written) asked.written.release();
  const request: ChainRequest = {
    id: trace.id,
    chain,
    path: surface?.path ?? UPSTREAM_PATH,
    body,
    written,
    surface,
    native,
    stream: stream !== undefined,
    size: surface === undefined ? sizeOf(body) : surfaceSizeOf(surface, body),
    caller,
    keyLabel: trace.keyLabel,
    omitted: read.omitted,
    wholeCalls: read.wholeCalls,
    onLongWait: stream && (() => beginEarly(ctx, stream)),
  };
  const served = await waterfall.run(request, trace).catch((error: unknown) => {
    if (stream?.hasBegun !== true || error instanceof CallerGone) throw error;
    output?.fail(refusalOf(asChainError(error, log)));
  });
  if (served === undefined) return;
  if (stream?.hasBegun !== true) {
    ctx.res.setHeader('x-429chain-target', plainName(served.target.id));
    ctx.res.setHeader('x-429chain-attempts', String(served.attempts));
  }
  const { reply: found } = served;
  if (found.kind === 'stream' && stream !== undefined && output !== undefined)
    return await sendStream(ctx, served, stream, output, found.pipe);
  if (found.kind === 'stream') throw new Error('A stream that was not asked for.');
  if (found.kind === 'rejection') {
    const refused = protocol.refusal(found, call);
    endWhenSent(ctx.res, served, refused.status ?? found.status);
    if (stream?.hasBegun === true) output?.fail(found);
    else reply(ctx, refused);
    return;
  }
  try {
    sendWhole(ctx, served, found, writer);
  } catch (cause) {
    const error = asChainError(cause, log);
    served.end(error.status, served.target, found.usage);
    throw error;
  }
};

/** A translated stream reports its usage in any case: most protocols have it at their end. */
const bodyOf = ({ body, answer: translates }: ProtocolRequest): Fields =>
  translates === undefined || body.stream !== true ? body : { ...body, stream_options: { include_usage: true } };

/** A refusal of which only its status matters. */
const bareRefusal = (status: number, code: string): Refusal => ({
  status,
  headers: {},
  error: { message: '', type: '', code },
});

const outputOf = (
  stream: CallerStream,
  writer: AnswerWriter | undefined,
  onFault: (cause: unknown) => ChainError,
): AnswerOutput => (writer === undefined ? new ChatOutput(stream) : new TranslatedOutput(stream, writer, onFault));

/** The request is over when its answer has left, or its caller. */
export const endWhenSent = (
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

export const callerOf = (res: ServerResponse): Caller => {
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

const sendWhole = (
  ctx: Context,
  served: Served,
  { head, body, usage, native }: Extract<Reply, { kind: 'whole' }>,
  writer: AnswerWriter | undefined,
): void => {
  ctx.status = head.status;
  ctx.res.setHeader('content-type', 'application/json; charset=utf-8');
  if (native !== undefined) writer?.pass?.(native);
  if (writer === undefined || native !== undefined) sendBytes(ctx, body);
  else ctx.body = translated(body, writer);
  endWhenSent(ctx.res, served, head.status, served.target, usage);
};

/** A longer body is not copied. */
const LONGEST_COPIED = 16 * 1024;

/** Sends a short body as text: Node joins the head of a response with text, and writes other bytes as a piece of their own. */
const sendBytes = (ctx: Context, bytes: Buffer): void => {
  if (bytes.length > LONGEST_COPIED || ctx.status !== 200) {
    ctx.body = bytes;
    return;
  }
  ctx.respond = false;
  ctx.res.setHeader('content-length', bytes.length);
  ctx.res.end(bytes.toString('latin1'), 'latin1');
};

const translated = (body: Buffer, writer: AnswerWriter): Fields => {
  writer.take(JSON.parse(body.toString('utf8')) as Fields);
  writer.end();
  return writer.whole();
};

const sendStream = async (
  ctx: Context,
  served: Served,
  stream: CallerStream,
  output: AnswerOutput,
  pipe: (sink: Sink) => Promise<ResumedEnd>,
): Promise<void> => {
  ctx.respond = false;
  stream.begin();
  const { failure, usage, target } = await pipe(output).catch((error: unknown) => {
    served.end(500, served.target);
    throw error;
  });
  if (failure === undefined) output.end();
  else output.fail(brokenOff(target, failure));
  if (output.fault !== undefined) served.end(output.fault.status, target, usage);
  else endWhenSent(ctx.res, served, failure === undefined ? 200 : 502, target, usage, true);
};

/** The request waits for capacity: its caller gets the beginning of a response before any target has answered. */
export const beginEarly = (ctx: Context, stream: CallerStream): void => {
  ctx.respond = false;
  stream.begin();
  stream.keepAlive();
};

/** What the caller reads in place of the rest of an answer. */
export const brokenOff = (target: PreparedTarget, failure: Failure): Refusal => {
  const { cause, message } = failure;
  if (isAboutRequest(failure)) return rejectionOf(target, failure);
  return refusalOf(
    cause instanceof ChainError
      ? cause
      : new ChainError('upstream_failed', `${target.id} broke off after its first token: ${message}`),
  );
};
