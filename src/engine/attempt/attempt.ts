import type { Usage } from '../../ledger/ledger.js';
import type { ResponseHead } from '../../plugin/index.js';
import { ErrorInAnswer } from '../causes.js';
import { CollectedAnswer } from '../stream/collected/collected-answer.js';
import type { Sink } from '../stream/sink.js';
import { type AnswerOptions, isStream, readOptions } from '../stream/sources/answer-source.js';
import { decoded } from '../stream/sources/decoded-source.js';
import { PeekedBody, type PeekListener } from '../stream/sources/peeked-body.js';
import {
  type BodyListener,
  BodyReader,
  LONGEST_ANSWER,
  LONGEST_ERROR,
  parseRefusal,
  readWhole,
  TOO_LONG,
} from '../stream/sources/read-answer.js';
import { answerOptionsFor, relayFor } from './answer-options.js';
import type { HeadListener } from './connection/exchange.js';
import type { EngineContext } from './context.js';
import { OpenAttempt } from './open-attempt.js';
import type { AttemptOrder, Sent } from './progress.js';
import { requestFor } from './request/surface-request.js';
import type { Answer, AttemptResult, NativeAnswer, StreamEnd } from './result.js';
import { type Relay, receiveSurface } from './surface-answer.js';

/**
 * Sends a request to a target and closes the reservation when the attempt is over. A stream is over when its `pipe` has
 * resolved. Never rejects.
 */
export const runAttempt = (context: EngineContext, order: AttemptOrder): Promise<AttemptResult> =>
  new Promise((resolve, reject) => new AttemptRun(context, order, resolve, reject).start());

/** Takes what the exchange delivers at the moment it comes: only a stream is waited for. */
class AttemptRun implements HeadListener, PeekListener, BodyListener {
  readonly #attempt: OpenAttempt;
  readonly #resolve: (result: AttemptResult) => void;
  readonly #reject: (cause: unknown) => void;
  #options: AnswerOptions | undefined;

  constructor(
    context: EngineContext,
    order: AttemptOrder,
    resolve: (result: AttemptResult) => void,
    reject: (cause: unknown) => void,
  ) {
    this.#attempt = new OpenAttempt(context, order);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    try {
      this.#send();
    } catch (cause) {
      this.broke(cause as Error);
    }
  }

  #send(): void {
    const { context, order } = this.#attempt;
    const { request, target, repairs } = order;
    if (request.caller.gone !== undefined) throw request.caller.gone;
    const outgoing = requestFor(request, target, repairs, this.#attempt.countedBound);
    const options = {
      origin: target.endpoint.origin,
      path: outgoing.path,
      headers: outgoing.headers,
      body: outgoing.payload,
      connectTimeoutMs: target.timeouts.connect,
      proxy: target.proxy,
    };
    const exchange = context.upstream.open(options, this);
    this.#attempt.begin(exchange, outgoing);
    context.upstream.send(exchange, options);
  }

  answered(head: ResponseHead): void {
    try {
      this.#attempt.answered(head);
      this.#receive(this.#attempt.sent as Sent, head);
    } catch (cause) {
      this.broke(cause as Error);
    }
  }

  #receive({ exchange, outgoing }: Sent, head: ResponseHead): void {
    const source = decoded(exchange, head);
    if (head.status >= 300) {
      source.consume(new BodyReader(source, LONGEST_ERROR, this));
      return;
    }
    const { order, deadline } = this.#attempt;
    const { request } = order;
    const { surface } = request;
    if (surface === undefined || surface.answers === 'choices') {
      this.#options = answerOptionsFor(order, outgoing, head);
      new PeekedBody(source).peek(this);
      return;
    }
    const received = receiveSurface(request, surface, source, head, deadline);
    if (!(received instanceof Promise)) void this.#stream(received);
    else {
      received.then(({ body, usage }) => this.#serveWhole(body, usage)).catch((cause: Error) => this.broke(cause));
    }
  }

  peeked(body: PeekedBody): void {
    const options = this.#options as AnswerOptions;
    try {
      if (this.#attempt.order.request.stream) void this.#stream(this.#relay(body, options));
      else if (isStream(body, options)) void this.#collect(body, options);
      else body.consume(new BodyReader(body, LONGEST_ANSWER, this));
    } catch (cause) {
      this.broke(cause as Error);
    }
  }

  whole(bytes: Buffer): void {
    if ((this.#attempt.head as ResponseHead).status >= 300) {
      this.broke(new ErrorInAnswer(parseRefusal(bytes)));
      return;
    }
    const options = this.#options as AnswerOptions;
    try {
      const { body, parsed, value, usage } = readWhole(bytes, readOptions(options));
      this.#serveWhole(body, usage, options.native && { data: parsed, completion: value });
    } catch (cause) {
      this.broke(cause as Error);
    }
  }

  /** There is no answer for the caller. */
  broke(cause: Error): void {
    try {
      this.#resolve(this.#attempt.fail(cause, true));
    } catch (fault) {
      this.#reject(fault);
    }
  }

  /** The answer has come as a whole. */
  #serveWhole(body: Buffer, usage: Usage | undefined, native?: NativeAnswer): void {
    const attempt = this.#attempt;
    attempt.served();
    attempt.end();
    attempt.charge.whole(usage);
    this.#serve({ stream: false, head: attempt.head as ResponseHead, body, usage, native });
  }

  #serve(answer: Answer): void {
    this.#resolve({ kind: 'served', answer, record: this.#attempt.record() });
  }

  async #stream(relay: Relay): Promise<void> {
    try {
      await this.#open(relay);
      const pipe = (sink: Sink): Promise<StreamEnd> => this.#pipe(relay, sink);
      this.#serve({ stream: true, head: this.#attempt.head as ResponseHead, pipe });
    } catch (cause) {
      this.broke(cause as Error);
    }
  }

  /** Resolves when the first content of a stream has come. */
  async #open(relay: Relay): Promise<void> {
    this.#attempt.relay = relay;
    await relay.open();
    const { written, native, stream } = this.#attempt.order.request;
    // Nothing but the rest of the answer can be asked for from now on.
    if (stream) {
      written?.release();
      native?.written.release();
    }
    this.#attempt.served();
  }

  #relay(body: PeekedBody, options: AnswerOptions): Relay {
    const { context, order, sent, deadline } = this.#attempt;
    return relayFor(context, order, (sent as Sent).outgoing, body, options, deadline);
  }

  /** Makes a whole answer of a stream, where the caller did not ask for a stream. */
  async #collect(body: PeekedBody, options: AnswerOptions): Promise<void> {
    const attempt = this.#attempt;
    try {
      const collected = new CollectedAnswer(LONGEST_ANSWER, () => body.abort(new Error(TOO_LONG)));
      const relay = this.#relay(body, options);
      await this.#open(relay);
      await relay.pipe(collected);
      attempt.end();
      const usage = attempt.charge.usageOf(relay);
      attempt.charge.whole(usage);
      this.#serve({
        stream: false,
        head: attempt.head as ResponseHead,
        body: collected.bodyAs(options.text?.of),
        usage,
      });
    } catch (cause) {
      this.broke(cause as Error);
    }
  }

  async #pipe(relay: Relay, sink: Sink): Promise<StreamEnd> {
    const attempt = this.#attempt;
    try {
      await relay.pipe(sink);
    } catch (cause) {
      const { failure, record } = attempt.fail(cause as Error);
      return { usage: attempt.charge.usageOf(relay), failure, record };
    }
    attempt.end();
    const usage = attempt.charge.usageOf(relay);
    attempt.charge.whole(usage);
    return { usage, record: attempt.record() };
  }
}
