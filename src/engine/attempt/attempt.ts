import type { Reservation, Usage } from '../../ledger/ledger.js';
import { ChainError } from '../../plugin/door/errors.js';
import type { Attempt, AttemptRecord, Failure, Repair, ResponseHead, Signal, Verdict } from '../../plugin/index.js';
import { ErrorInAnswer, NoOverlap } from '../causes.js';
import { parseBody } from '../parse-body.js';
import { PREFILL } from '../resume/continuation.js';
import type { ResumableRequest } from '../resume/resumable-request.js';
import { ResumeGate } from '../resume/resume-gate.js';
import { FirstTokenGate } from '../stream/gate.js';
import { LONGEST_ERROR, readAll, readWhole } from '../stream/read-answer.js';
import { type Sink, StreamRelay } from '../stream/relay.js';
import { TranslatedStream, type Translating, translated } from '../stream/translated-stream.js';
import type { PreparedTarget } from '../target.js';
import type { EngineContext } from './context.js';
import { Deadline } from './deadline.js';
import { failureOfCause, failureOfResponse, scopeOfClass } from './failure.js';
import { type Outgoing, outgoing } from './outgoing.js';
import type { Answer, AttemptResult, StreamEnd } from './result.js';
import type { Exchange } from './upstream.js';

/** Sends one request to one target under a reservation that is already held, and sees it through to settlement. */
export class AttemptRunner {
  readonly #parts: EngineContext;
  readonly #request: ResumableRequest;
  readonly #target: PreparedTarget;
  readonly #attempt: Attempt;
  readonly #reservation: Reservation;
  readonly #startedAt: number;
  #signals: readonly Signal[] = [];
  #prepared: Outgoing | undefined;
  #head: ResponseHead | undefined;
  #raw: Buffer | undefined;

  constructor(
    parts: EngineContext,
    request: ResumableRequest,
    target: PreparedTarget,
    attempt: Attempt,
    reservation: Reservation,
  ) {
    this.#parts = parts;
    this.#request = request;
    this.#target = target;
    this.#attempt = attempt;
    this.#reservation = reservation;
    this.#startedAt = parts.clock.monotonic();
  }

  /** `repairs` are changes beyond those that this target is already known to need. Never throws. */
  async run(repairs: readonly Repair[]): Promise<AttemptResult> {
    let exchange: Exchange | undefined;
    let deadline: Deadline | undefined;
    let unwatch = (): void => {};
    try {
      if (this.#request.caller.gone !== undefined) throw this.#request.caller.gone;
      const prepared = outgoing(this.#request, this.#target, repairs);
      this.#prepared = prepared;
      const sent = this.#parts.upstream.send({
        url: this.#target.baseUrl + prepared.path,
        headers: prepared.headers,
        body: textOf(prepared.body),
        connectTimeoutMs: this.#target.timeouts.connect,
      });
      exchange = sent;
      deadline = new Deadline(this.#target.timeouts, (cause) => sent.abort(cause));
      unwatch = this.#request.caller.onLeave((cause) => sent.abort(cause));
      this.#head = await sent.head;
      this.#signals = this.#readSignals(this.#head);
      // At once, whatever becomes of the body: a caller who leaves does not make them untrue.
      this.#parts.ledger.observe(this.#reservation, this.#signals, this.#head.status < 300);
      const answer = await this.#receive(sent, this.#head, deadline, unwatch);
      this.#parts.ledger.served(this.#reservation);
      if (!answer.stream) {
        this.#close(deadline, unwatch);
        this.#settle(answer.usage);
      }
      return { kind: 'served', answer, record: this.#record() };
    } catch (cause) {
      exchange?.abort(cause as Error);
      deadline?.clear();
      unwatch();
      return this.#fail(cause as Error, exchange?.sent ?? false);
    }
  }

  #readSignals(head: ResponseHead): readonly Signal[] {
    const { onRateLimitHeaders } = this.#parts.hooks;
    return onRateLimitHeaders.taps.length === 0 ? [] : (onRateLimitHeaders.call(head, this.#attempt) ?? []);
  }

  /** Resolves with an answer that is one; throws for everything else. */
  async #receive(exchange: Exchange, head: ResponseHead, deadline: Deadline, unwatch: () => void): Promise<Answer> {
    if (head.status >= 300) throw new ErrorInAnswer(await this.#readError(exchange));
    const { stream, transcript, continuation } = this.#request;
    const translating = this.#translating(head);
    if (stream) {
      const source = translating === undefined ? exchange : new TranslatedStream(exchange, translating);
      const { hidesUsage, asking, body } = this.#prepared as Outgoing;
      const opening =
        continuation === undefined ? new FirstTokenGate() : new ResumeGate(continuation.transcript, asking);
      const relay = new StreamRelay(source, deadline, { hidesUsage, choices: choicesOf(body), opening, transcript });
      await relay.firstEvent(head);
      return { stream: true, head, pipe: (sink) => this.#pipe(relay, sink, deadline, unwatch) };
    }
    const translate = translating && ((answer: unknown) => translated(translating, answer));
    const { body, usage } = await readWhole(exchange, translate);
    return { stream: false, head, body, usage };
  }

  /** Absent for a provider that speaks OpenAI's protocol: its answers are never written anew. */
  #translating({ at }: ResponseHead): Translating | undefined {
    const { providerType } = this.#target;
    if (providerType.translate === undefined) return undefined;
    const { asked } = this.#prepared as Outgoing;
    return { translation: providerType.translate, asked, id: this.#request.id, at };
  }

  async #pipe(relay: StreamRelay, sink: Sink, deadline: Deadline, unwatch: () => void): Promise<StreamEnd> {
    try {
      await relay.pipe(sink);
      this.#settle(relay.usage);
      return { usage: relay.usage, record: this.#record() };
    } catch (cause) {
      // What it reported before it broke is what it cost.
      if (relay.usage !== undefined) this.#settle(relay.usage);
      const { failure, record } = this.#fail(cause as Error, true);
      return { failure, record };
    } finally {
      this.#close(deadline, unwatch);
    }
  }

  async #readError(exchange: Exchange): Promise<unknown> {
    this.#raw = await readAll(exchange, LONGEST_ERROR);
    return parseBody(this.#raw.toString('utf8'));
  }

  #fail(cause: Error, sent: boolean): AttemptResult & { kind: 'failed' } {
    const at = this.#parts.clock.now();
    const { secrets } = this.#target;
    const seen =
      cause instanceof ErrorInAnswer && this.#head !== undefined
        ? failureOfResponse(this.#head, cause.body, at, secrets)
        : failureOfCause(cause, this.#head, at, secrets);
    // Neither a caller who left nor a seam that was not found says anything about the target.
    if (seen.class === 'cancelled' || cause instanceof NoOverlap) {
      if (cause instanceof NoOverlap) this.#parts.ledger.served(this.#reservation);
      this.#settleFailed(sent);
      return { kind: 'failed', failure: seen, record: this.#record(seen), repairs: [] };
    }
    const verdict: Verdict = this.#parts.hooks.onError.call(seen, this.#attempt) ?? {};
    const failure = { ...seen, class: verdict.class ?? seen.class };
    const restsUntil = this.#execute(failure, verdict);
    this.#settleFailed(sent);
    return {
      kind: 'failed',
      failure,
      restsUntil,
      record: this.#record(failure),
      repairs: failure.class === 'bad_request' ? this.#repairs(verdict) : [],
      body: this.#raw,
    };
  }

  /** What may go from the request so that the target takes it. */
  #repairs({ repairs = [] }: Verdict): readonly Repair[] {
    return this.#prepared?.asking.how === 'prefill' && repairs.length === 0 ? [{ drop: PREFILL }] : repairs;
  }

  /** A refused request was counted, but cost no tokens; one that broke after its first token may have cost all of them. */
  #settleFailed(sent: boolean): void {
    if (!sent) this.#reservation.release();
    else if (this.#head !== undefined && this.#head.status >= 400) this.#reservation.settle({ input: 0, output: 0 });
    else this.#reservation.settle();
  }

  /** Carries out a verdict. @returns until when the target rests, epoch ms, if it does. */
  #execute(failure: Failure, verdict: Verdict): number | undefined {
    const { ledger } = this.#parts;
    const told = verdict.signals ?? [];
    if (this.#head !== undefined) {
      ledger.observe(this.#reservation, told, false);
      ledger.refused(this.#reservation);
    }
    this.#signals = [...this.#signals, ...told];
    const scope = verdict.scope ?? scopeOfClass(failure.class);
    if (scope === undefined) return undefined;
    const until = verdict.until ?? failure.retryAt;
    this.#warn(failure);
    return ledger.coolDown(this.#reservation, scope, { class: failure.class, reason: reasonOf(failure), until });
  }

  /** What no waiting mends is for the operator to know. */
  #warn({ class: failureClass, status, message }: Failure): void {
    const { id, provider } = this.#target;
    const said = `${status ?? 'no status'}: ${message}`;
    const fields = { requestId: this.#request.id, target: id, status };
    if (failureClass === 'auth') {
      const cure = 'It is not asked again until its configuration changes or 429chain is restarted.';
      this.#parts.log.error(`${provider} refused its key (${said}). ${cure}`, fields);
    } else if (failureClass === 'not_found') {
      this.#parts.log.warn(`${id} is unknown to its provider (${said}). It is tried again in an hour.`, fields);
    }
  }

  #settle(usage: Usage | undefined): void {
    this.#reservation.settle(usage);
    if (usage !== undefined) this.#parts.estimates.report(this.#target.id, this.#request.size, usage);
  }

  #close(deadline: Deadline, unwatch: () => void): void {
    deadline.clear();
    unwatch();
  }

  #record(failure?: Failure): AttemptRecord {
    return {
      attempt: this.#attempt,
      durationMs: this.#parts.clock.monotonic() - this.#startedAt,
      ...(failure === undefined ? { outcome: 'served' } : { outcome: 'failed', failure: shownFailure(failure) }),
      signals: this.#signals,
      adapted: this.#prepared?.changes ?? [],
    };
  }
}

/**
 * A body as it is sent.
 * @throws ChainError `invalid_request` for one that is nested too deeply: that is its caller's fault, and no target's
 */
const textOf = (body: Outgoing['body']): string => {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ChainError('invalid_request', 'The body is nested too deeply.', { cause });
  }
};

/** What is kept of a failure: not the body, which may echo prompts and keys. */
const shownFailure = ({ class: failureClass, status, message, retryAt, at }: Failure): Failure => ({
  class: failureClass,
  status,
  message,
  retryAt,
  at,
});

const choicesOf = ({ n }: Readonly<Record<string, unknown>>): number => (typeof n === 'number' && n > 1 ? n : 1);

/** A failure in plain words, for trails and cooldowns. */
const reasonOf = ({ class: failureClass, status, message }: Failure): string =>
  `${failureClass}${status === undefined ? '' : ` (${status})`}: ${message}`;
