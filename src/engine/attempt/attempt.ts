import type { Surface } from '../../plugin/door/surface.js';
import type { AttemptRecord, Failure, Repair, ResponseHead, Signal } from '../../plugin/index.js';
import { ErrorInAnswer, NoOverlap } from '../causes.js';
import { type AnswerOptions, asStream, isStream, passesAsStream, readOptions } from '../stream/answer-source.js';
import { CollectedAnswer } from '../stream/collected-answer.js';
import { decoded } from '../stream/decoded-source.js';
import { PeekedBody } from '../stream/peeked-body.js';
import { LONGEST_ANSWER, LONGEST_ERROR, parseRefusal, readAll, readWhole, TOO_LONG } from '../stream/read-answer.js';
import { StreamRelay } from '../stream/relay.js';
import type { Sink } from '../stream/sink.js';
import type { Source } from '../stream/source.js';
import { learnFrom } from '../surfaces/learn.js';
import { countsBound, tokenRoomOf } from './answer-bound.js';
import { answerOptionsFor, nativeRelayOptionsFor, relayOptionsFor } from './answer-options.js';
import { Charge } from './charge.js';
import type { EngineContext } from './context.js';
import { decisionOf } from './decision.js';
import { ExchangeGuard } from './exchange-guard.js';
import { failureOf } from './failure.js';
import { learnLack } from './learn-lack.js';
import { type OutgoingRequest, serialised } from './outgoing-request.js';
import type { Answering, AttemptOrder, OpenPhase, Sent } from './phases.js';
import { proposeRepairs } from './repair-proposals.js';
import type { Answer, AttemptResult, FailedResult, NativeAnswer, StreamEnd } from './result.js';
import { type OpenedAnswer, type Relay, receiveSurface } from './surface-answer.js';
import { permitted, requestFor } from './surface-request.js';
import { enforce, type Judgement, judge, scopeOf, withoutCooldown } from './verdict.js';

/**
 * Sends a request to a target and closes the reservation when the attempt is over. A stream is over when its `pipe` has
 * resolved. Never rejects.
 */
export const runAttempt = (context: EngineContext, order: AttemptOrder): Promise<AttemptResult> =>
  new AttemptRun(context, order).run();

class AttemptRun {
  readonly #context: EngineContext;
  readonly #order: AttemptOrder;
  readonly #charge: Charge;
  readonly #startedAt: number;
  #state: OpenPhase | { readonly phase: 'over' } = { phase: 'preparing' };
  #signals: readonly Signal[] = [];
  #changes: readonly string[] = [];
  /** What came of the failure, in plain words. */
  #decision: string | undefined;

  constructor(context: EngineContext, order: AttemptOrder) {
    this.#context = context;
    this.#order = order;
    this.#charge = new Charge(context.estimates, order);
    this.#startedAt = context.clock.monotonic();
  }

  async run(): Promise<AttemptResult> {
    try {
      const sent = this.#send();
      const head = await sent.exchange.head;
      this.#readHead(sent, head);
      const answer = await this.#receive({ ...sent, head });
      return { kind: 'served', answer, record: this.#record() };
    } catch (cause) {
      return this.#fail(cause as Error, true);
    }
  }

  #send(): Sent {
    const { request, target, repairs } = this.#order;
    if (request.caller.gone !== undefined) throw request.caller.gone;
    const outgoing = requestFor(request, target, repairs, this.#countedBound());
    this.#changes = outgoing.changes;
    const exchange = this.#context.upstream.send({
      origin: target.endpoint.origin,
      path: outgoing.path,
      headers: outgoing.headers,
      body: () => outgoing.payload?.() ?? serialised(outgoing.body),
      connectTimeoutMs: target.timeouts.connect,
      proxy: target.proxy,
    });
    const sent = { exchange, guard: new ExchangeGuard(exchange, target.timeouts, request.caller), outgoing };
    this.#state = { phase: 'sending', ...sent };
    return sent;
  }

  /** The bound to send, where the provider counts it beforehand. */
  #countedBound(): number | undefined {
    const { request, target, repairs } = this.#order;
    if (!countsBound(target, repairs)) return undefined;
    const { estimates, ledger } = this.#context;
    return estimates.boundToSend(target.id, request.size, tokenRoomOf(ledger, target));
  }

  #readHead(sent: Sent, head: ResponseHead): void {
    const { hooks, ledger } = this.#context;
    const { attempt, reservation } = this.#order;
    this.#state = { phase: 'answering', ...sent, head };
    if (hooks.onRateLimitHeaders.taps.length > 0) {
      this.#signals = hooks.onRateLimitHeaders.call(head, attempt) ?? [];
    }
    // They count even if the caller leaves before the body has come.
    ledger.observe(reservation, this.#signals, head.status < 300);
  }

  /** Resolves when there is an answer for the caller. Rejects when the response contains none. */
  async #receive(answering: Answering): Promise<Answer> {
    const { exchange, outgoing, head } = answering;
    const source = decoded(exchange, head);
    if (head.status >= 300) {
      const raw = await readAll(source, LONGEST_ERROR);
      throw new ErrorInAnswer(parseRefusal(raw));
    }
    const { surface, stream } = this.#order.request;
    if (surface !== undefined && surface.answers !== 'choices') {
      const received = receiveSurface(this.#order.request, surface, source, head, answering.guard.deadline);
      return received instanceof Promise ? this.#whole(answering, await received) : this.#streamed(answering, received);
    }
    const options = answerOptionsFor(this.#order, outgoing, head);
    const peeked = await PeekedBody.of(source);
    if (stream && passesAsStream(peeked, options)) {
      const { deadline } = answering.guard;
      const relay = new StreamRelay(peeked, deadline, nativeRelayOptionsFor(this.#context, this.#order, options));
      return this.#streamed(answering, relay);
    }
    if (stream) return this.#streamed(answering, this.#relay(answering, asStream(peeked, options), options));
    if (isStream(peeked, options)) return this.#collect(answering, peeked, options);
    const { parsed, value, ...whole } = await readWhole(peeked, readOptions(options));
    return this.#whole(answering, whole, options.native && { data: parsed, completion: value });
  }

  /** The answer has come as a whole. */
  #whole({ head, outgoing }: Answering, { body, usage }: OpenedAnswer, native?: NativeAnswer): Answer {
    this.#served(outgoing);
    this.#end();
    this.#charge.whole(usage);
    return { stream: false, head, body, usage, native };
  }

  async #streamed(answering: Answering, relay: Relay): Promise<Answer> {
    await this.#open(answering, relay);
    return { stream: true, head: answering.head, pipe: (sink) => this.#pipe(relay, sink) };
  }

  /** Resolves when the first content of a stream has come. */
  async #open(answering: Answering, relay: Relay): Promise<void> {
    this.#state = { phase: 'streaming', ...answering, relay };
    await relay.open();
    const { written } = this.#order.request;
    if (written !== undefined) written.json = undefined;
    this.#served(answering.outgoing);
  }

  #served(outgoing: OutgoingRequest): void {
    const { target, reservation } = this.#order;
    this.#context.ledger.served(reservation);
    const surface = this.#surfaceOf(outgoing);
    if (surface !== undefined) target.endpoints.answered(surface.name);
  }

  /** The endpoint that the target was asked at; `undefined` for chat. */
  #surfaceOf({ text }: OutgoingRequest): Surface | undefined {
    return text?.overChat === true ? undefined : this.#order.request.surface;
  }

  #relay({ guard, outgoing }: Answering, source: Source, options: AnswerOptions): StreamRelay {
    return new StreamRelay(source, guard.deadline, relayOptionsFor(this.#context, this.#order, outgoing, options));
  }

  /** Makes a whole answer of a stream, where the caller did not ask for a stream. */
  async #collect(answering: Answering, peeked: PeekedBody, options: AnswerOptions): Promise<Answer> {
    const source = asStream(peeked, options);
    const collected = new CollectedAnswer(LONGEST_ANSWER, () => source.abort(new Error(TOO_LONG)));
    const relay = this.#relay(answering, source, options);
    await this.#open(answering, relay);
    await relay.pipe(collected);
    this.#end();
    const usage = this.#charge.usageOf(relay);
    this.#charge.whole(usage);
    return { stream: false, head: answering.head, body: collected.bodyAs(options.text?.of), usage };
  }

  async #pipe(relay: Relay, sink: Sink): Promise<StreamEnd> {
    try {
      await relay.pipe(sink);
    } catch (cause) {
      const { failure, record } = this.#fail(cause as Error);
      return { usage: this.#charge.usageOf(relay), failure, record };
    }
    this.#end();
    const usage = this.#charge.usageOf(relay);
    this.#charge.whole(usage);
    return { usage, record: this.#record() };
  }

  /** Ends the attempt and returns the phase that it was in. */
  #end(): OpenPhase {
    const state = this.#state;
    if (state.phase === 'over') throw new Error('The attempt is already over.');
    if (state.phase !== 'preparing') state.guard.release();
    this.#state = { phase: 'over' };
    return state;
  }

  /** @param repairable the caller has nothing of the answer, so that another form of the request may be sent */
  #fail(cause: Error, repairable = false): FailedResult {
    const last = this.#end();
    if (last.phase !== 'preparing') last.exchange.abort(cause);
    const { clock, ledger } = this.#context;
    const { attempt, request, reservation, target } = this.#order;
    const head = 'head' in last ? last.head : undefined;
    const seen = failureOf(cause, head, clock.now(), target.secrets);
    // Neither a caller who left nor a continuation without overlap says anything about the target.
    if (seen.class === 'cancelled' || cause instanceof NoOverlap) {
      if (cause instanceof NoOverlap) ledger.served(reservation);
      this.#charge.failed(last);
      this.#decision = decisionOf(seen, target.scopes, {});
      return { kind: 'failed', failure: seen, record: this.#record(seen), repairs: [] };
    }
    const judgement = judge(this.#context, attempt, seen);
    const { failure, verdict } = judgement;
    const repairs = repairable ? this.#repairsFor(judgement, last) : [];
    const lacks = repairs.length === 0 ? learnLack(verdict, target, request.body) : undefined;
    // Nothing cools down while another form of the request may be accepted, nor if nothing was sent.
    const surface = last.phase === 'preparing' ? undefined : this.#surfaceOf(last.outgoing);
    const isMissing = learnFrom(failure, surface, request.body, target);
    const keepsRule = failure.class === 'not_found' && last.phase !== 'preparing' && last.outgoing.restricted === true;
    const isEvidence = last.phase !== 'preparing' && repairs.length === 0 && !isMissing && !keepsRule;
    const enforced = isEvidence ? judgement : withoutCooldown(judgement);
    const restsUntil = enforce(this.#context, attempt, reservation, enforced, head !== undefined);
    this.#charge.failed(last);
    this.#decision = decisionOf(failure, target.scopes, {
      scope: scopeOf(judgement),
      until: restsUntil,
      repaired: repairs.length > 0,
      missing: isMissing ? surface?.name : undefined,
      limits: verdict.signals ?? this.#signals.filter(({ remaining }) => remaining === 0),
    });
    this.#signals = [...this.#signals, ...(verdict.signals ?? [])];
    return {
      kind: 'failed',
      failure,
      restsUntil,
      record: this.#record(failure),
      repairs,
      lacks,
    };
  }

  #repairsFor(judgement: Judgement, last: OpenPhase): readonly Repair[] {
    if (last.phase === 'preparing') return [];
    const { request, target, repairs } = this.#order;
    const { size, surface } = request;
    const { outgoing } = last;
    const { estimates, ledger } = this.#context;
    const others = ledger.status(target.id).inFlight - 1;
    const proposed = proposeRepairs({ judgement, outgoing, target, size, tried: repairs, others, estimates });
    return permitted(proposed, surface, outgoing.openAiBody);
  }

  #record(failure?: Failure): AttemptRecord {
    return {
      attempt: this.#order.attempt,
      durationMs: this.#context.clock.monotonic() - this.#startedAt,
      ...(failure === undefined
        ? { outcome: 'served' }
        : { outcome: 'failed', failure: withoutBody(failure), decision: this.#decision }),
      signals: this.#signals,
      adapted: this.#changes,
    };
  }
}

/** A record is kept without the body, which may repeat prompts and keys. */
const withoutBody = ({ class: failureClass, status, message, retryAt, at }: Failure): Failure => ({
  class: failureClass,
  status,
  message,
  retryAt,
  at,
});
