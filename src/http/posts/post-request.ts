import { surfaceSizeOf } from '../../engine/ask-surface.js';
import { sizeOf } from '../../engine/attempt/request/request-size.js';
import { CallerGone } from '../../engine/causes.js';
import type { ChainRequest } from '../../engine/request.js';
import { plainName, type ResumedEnd } from '../../engine/resuming-stream.js';
import type { Sink } from '../../engine/stream/sink.js';
import type { RequestTrace } from '../../engine/walk/trace.js';
import type { Reply, Served } from '../../engine/waterfall.js';
import { ChainError } from '../../plugin/door/errors.js';
import type { AnswerWriter, Protocol, ProtocolRequest, Refusal } from '../../plugin/door/protocol.js';
import type { Fields } from '../../plugin/fields.js';
import { SURFACES } from '../../protocols/surfaces.js';
import { type JsonBody, readJson } from '../body.js';
import { CallerStream } from '../caller-stream.js';
import { asChainError, refusalOf } from '../errors.js';
import type { Exchange } from '../exchange.js';
import { type Spoken, speak } from '../protocol-call.js';
import { type AnswerOutput, ChatOutput, TranslatedOutput } from './answer-output.js';
import { chainFor, nativeFor } from './native-request.js';
import type { Answer, PostParts } from './post-parts.js';
import { beginEarly, brokenOff, endWhenSent, nameTarget } from './sending.js';

/** The path that providers answer, below their base URL. */
const UPSTREAM_PATH = '/chat/completions';

/**
 * Returns what answers requests in a protocol: checks the caller, reads the request, has the waterfall find an answer, and
 * sends it. A request that is refused on the way leaves a trace as well.
 */
export const postRequest = (protocol: Protocol, parts: PostParts): Answer => {
  const { current } = parts;
  const path = protocol.path.replace(/^\/v1(?=\/)/, '');
  return async (exchange) => {
    const spoken = speak(exchange, protocol, current);
    exchange.spoken = spoken;
    const { call } = spoken;
    const trace = current().waterfall.traceOf({
      id: call.requestId,
      path,
      statusOf: (status, code) => protocol.refusal(bareRefusal(status, code), call).status ?? status,
    });
    try {
      const label = parts.authorize(exchange);
      call.keyLabel = label;
      trace.keyLabel = label;
      const post = new Post(exchange, spoken, parts, trace);
      const served = await post.ask(await readJson(exchange, current(), protocol.anyContentType));
      const sending = served && post.send(served);
      if (sending !== undefined) await sending;
    } catch (error) {
      current().waterfall.refuse(trace, error);
      throw error;
    }
  };
};

/** A request whose caller has a valid key. Nothing in it keeps the body, which may be long. */
class Post {
  readonly #exchange: Exchange;
  readonly #spoken: Spoken;
  readonly #parts: PostParts;
  readonly #trace: RequestTrace;
  /** Writes the answer in the caller's protocol; absent for chat completions. */
  #writer: AnswerWriter | undefined;
  /** Set where the caller asked for a stream. */
  #stream: CallerStream | undefined;
  #output: AnswerOutput | undefined;

  constructor(exchange: Exchange, spoken: Spoken, parts: PostParts, trace: RequestTrace) {
    this.#exchange = exchange;
    this.#spoken = spoken;
    this.#parts = parts;
    this.#trace = trace;
  }

  /** Reads the request and has the waterfall find an answer; `undefined` if the caller has its answer already. */
  ask(asked: JsonBody): Promise<Served | undefined> | undefined {
    const exchange = this.#exchange;
    const trace = this.#trace;
    const { protocol, call } = this.#spoken;
    const { current, log } = this.#parts;
    const { value } = asked;
    const read = protocol.read(value, call);
    if (read.reply !== undefined) {
      trace.end({ status: read.reply.status ?? 200 });
      return exchange.reply(read.reply);
    }
    const { endpoint } = read;
    const surface = endpoint === undefined ? undefined : SURFACES.find(({ name }) => name === endpoint);
    if (surface !== undefined) surface.check(read.body);
    else if (read.nativeOnly === undefined) checkMessages(read.body);
    if (read.warnings !== undefined) for (const warning of read.warnings) log.warn(`Request ${trace.id}: ${warning}`);
    // Only now: the configuration may have changed while the body came in.
    const { chains, waterfall } = current();
    const chain = chainFor(read, protocol, chains.resolve(read.body.model));
    exchange.set('x-429chain-chain', plainName(chain.name));
    this.#writer = read.answer?.();
    const stream =
      read.body.stream === true && surface === undefined ? this.#startStream(waterfall.silenceMs) : undefined;
    const body = bodyOf(read);
    const native = nativeFor(chain, protocol, call, read, asked.written);
    // What came is the body only where no protocol translated it.
    const written = body === value ? asked.written : undefined;
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
      caller: exchange.caller,
      keyLabel: trace.keyLabel,
      omitted: read.omitted,
      wholeCalls: read.wholeCalls,
      onLongWait: stream && (() => beginEarly(exchange, stream)),
    };
    const served = waterfall.run(request, trace);
    return stream === undefined ? served : served.catch((error: unknown) => this.#failIn(stream, error));
  }

  #startStream(silenceMs: number): CallerStream {
    const { log } = this.#parts;
    const { res, caller } = this.#exchange;
    const stream = new CallerStream(res, silenceMs, this.#spoken.protocol.streamType);
    this.#stream = stream;
    this.#output =
      this.#writer === undefined
        ? new ChatOutput(stream)
        : new TranslatedOutput(stream, this.#writer, (cause) => {
            const error = asChainError(cause, log);
            // Later: the provider's data is being read right now.
            queueMicrotask(() => caller.leave(error));
            return error;
          });
    return stream;
  }

  /** No target answers. @throws `error` unless the stream has begun, which then says why it ends */
  #failIn(stream: CallerStream, error: unknown): undefined {
    if (!stream.hasBegun || error instanceof CallerGone) throw error;
    this.#output?.fail(refusalOf(asChainError(error, this.#parts.log)));
  }

  /** Sends what the waterfall found. */
  send(served: Served): Promise<void> | undefined {
    const { reply } = served;
    if (this.#stream?.hasBegun !== true) nameTarget(this.#exchange, served);
    if (reply.kind === 'whole') return this.#sendWhole(served, reply);
    if (reply.kind === 'rejection') return this.#sendRejection(served, reply);
    if (this.#stream === undefined || this.#output === undefined) throw new Error('A stream that was not asked for.');
    return this.#sendStream(served, this.#stream, this.#output, reply.pipe);
  }

  #sendRejection(served: Served, rejection: Extract<Reply, { kind: 'rejection' }>): Promise<undefined> | undefined {
    const { protocol, call } = this.#spoken;
    const refused = protocol.refusal(rejection, call);
    endWhenSent(this.#exchange, served, refused.status ?? rejection.status);
    if (this.#stream?.hasBegun !== true) return this.#exchange.reply(refused);
    this.#output?.fail(rejection);
    return undefined;
  }

  #sendWhole(
    served: Served,
    { head, body, usage, native }: Extract<Reply, { kind: 'whole' }>,
  ): Promise<undefined> | undefined {
    const exchange = this.#exchange;
    const writer = this.#writer;
    try {
      exchange.set('content-type', 'application/json; charset=utf-8');
      if (native !== undefined) writer?.pass?.(native);
      const sending =
        writer === undefined || native !== undefined
          ? exchange.send(head.status, body)
          : exchange.reply({ status: head.status, body: translated(body, writer) });
      endWhenSent(exchange, served, head.status, served.target, usage);
      return sending;
    } catch (cause) {
      const error = asChainError(cause, this.#parts.log);
      served.end(error.status, served.target, usage);
      throw error;
    }
  }

  async #sendStream(
    served: Served,
    stream: CallerStream,
    output: AnswerOutput,
    pipe: (sink: Sink) => Promise<ResumedEnd>,
  ): Promise<void> {
    this.#exchange.begin(stream);
    const { failure, usage, target } = await pipe(output).catch((error: unknown) => {
      served.end(500, served.target);
      throw error;
    });
    if (failure === undefined) output.end();
    else output.fail(brokenOff(target, failure));
    if (output.fault !== undefined) served.end(output.fault.status, target, usage);
    else endWhenSent(this.#exchange, served, failure === undefined ? 200 : 502, target, usage, true);
  }
}

/** A translated stream reports its usage in any case: most protocols have it at their end. */
const bodyOf = ({ body, answer: translates }: ProtocolRequest): Fields =>
  translates === undefined || body.stream !== true ? body : { ...body, stream_options: { include_usage: true } };

/** A refusal of which only its status matters. */
const bareRefusal = (status: number, code: string): Refusal => ({
  status,
  headers: {},
  error: { message: '', type: '', code },
});

const checkMessages = ({ messages }: Readonly<Record<string, unknown>>): void => {
  const fault = faultIn(messages);
  if (fault !== undefined) throw new ChainError('invalid_request', `"messages" ${fault}.`, { param: 'messages' });
};

const faultIn = (messages: unknown): string | undefined => {
  if (messages === undefined) return 'is missing';
  if (!Array.isArray(messages)) return 'must be an array';
  return messages.length === 0 ? 'is empty; it needs at least one message' : undefined;
};

const translated = (body: Buffer, writer: AnswerWriter): Fields => {
  writer.take(JSON.parse(body.toString('utf8')) as Fields);
  writer.end();
  return writer.whole();
};
