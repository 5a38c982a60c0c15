import type { Explanation } from '../contract/explain.js';
import type { Usage } from '../ledger/ledger.js';
import type { ResponseHead, TokenUsage } from '../plugin/door/attempt.js';
import { ChainError } from '../plugin/door/errors.js';
import type { Refusal } from '../plugin/door/protocol.js';
import { askChain } from './ask-surface.js';
import { type EngineContext, silenceMsOf } from './attempt/context.js';
import type { Answer } from './attempt/result.js';
import type { Caller } from './caller.js';
import { CallerGone } from './causes.js';
import type { ChainRequest } from './request.js';
import type { ResumableRequest } from './resume/resumable-request.js';
import { Transcript } from './resume/transcript.js';
import { isStreaming, type ResumedEnd, ResumingStream } from './resuming-stream.js';
import { CapturedContent } from './stream/collected/captured-content.js';
import type { Sink } from './stream/sink.js';
import { forSurface } from './surfaces/chain-for.js';
import type { PreparedTarget } from './target.js';
import { explain } from './walk/explain.js';
import { Queue } from './walk/queue.js';
import { rejectionOf } from './walk/rejection.js';
import { Rotation } from './walk/rotation.js';
import { SkippedStarts } from './walk/skipped-start.js';
import { type Arrival, type RequestEnd, RequestTrace } from './walk/trace.js';
import type { WalkContext } from './walk/view.js';
import type { WalkEnd } from './walk/walk.js';

/** What the caller gets. */
export type Reply =
  | (Answer & { readonly kind: 'whole'; readonly stream: false })
  | { readonly kind: 'stream'; readonly head: ResponseHead; readonly pipe: (sink: Sink) => Promise<ResumedEnd> }
  /** A provider found fault with the request itself. */
  | ({ readonly kind: 'rejection' } & Refusal);

export interface Served {
  /** The target that answered first; for a rejection, the one that rejected. */
  readonly target: PreparedTarget;
  /** Targets that were asked. */
  readonly attempts: number;
  readonly reply: Reply;
  /** Says how the request ended, when the answer has left. The first call counts. */
  readonly end: (status: number, servedBy?: PreparedTarget, usage?: Usage | TokenUsage) => void;
}

/** Walks a request down its chain until an attempt succeeds. */
export class Waterfall {
  readonly #context: WalkContext;
  readonly #queue: Queue;
  readonly #rotation: Rotation;
  readonly #callers = new Set<Caller>();
  /** Requests that have arrived and whose trace has not ended. */
  #arrived = 0;
  /** Outcomes that plugins still handle. */
  #telling = 0;
  #onIdle: (() => void)[] = [];

  constructor(context: EngineContext, maxWaiting: number) {
    const rotation = new Rotation(context.ledger);
    const starts = new SkippedStarts(context.ledger);
    this.#context = { ...context, onAsk: (target) => rotation.used(target), starts };
    this.#rotation = rotation;
    this.#queue = new Queue(context.ledger, context.clock, maxWaiting);
  }

  /** A stream that has begun is not silent for longer than this, ms. */
  get silenceMs(): number {
    return silenceMsOf(this.#context);
  }

  /** How many requests wait for capacity. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Calls `listener` whenever a request starts or stops waiting for capacity. */
  onWaiting(listener: () => void): void {
    this.#queue.onLength(listener);
  }

  /**
   * Returns a trace for a request that has just arrived. Hand it to `run` or to `refuse`, of this waterfall or of one that
   * replaced it in the meantime. The request counts as under way here until its trace ends.
   */
  traceOf(arrival: Arrival): RequestTrace {
    this.#arrived++;
    return new RequestTrace(this.#context.clock, arrival, () => {
      this.#arrived--;
      this.#checkIdle();
    });
  }

  /**
   * Finds a target that serves the request.
   * @throws ChainError `chain_exhausted` when no target can answer within the chain's `maxWait`, `shutting_down`
   * @throws CallerGone when the caller left
   */
  async run(arrived: ChainRequest, trace: RequestTrace = this.traceOf(arrived)): Promise<Served> {
    const asked = this.#rotated(arrived);
    this.#callers.add(asked.caller);
    const request = isResumable(asked) ? { ...asked, transcript: new Transcript() } : asked;
    const isCaptured = this.#context.capturesContent && capturable(asked);
    const content = isCaptured ? new CapturedContent(asked.body) : undefined;
    trace.begin(request, content);
    try {
      const end = await askChain(this.#context, this.#queue, request, trace);
      if (end.kind === 'exhausted') throw end.error;
      const target = end.kind === 'found' ? end.target : end.by.target;
      return {
        target,
        attempts: trace.asked,
        reply: this.#replyOf(end, request, trace, content),
        end: (status, servedBy, usage) => {
          const spent = servedBy && this.#usageOf(servedBy, request, usage);
          this.#end(trace, asked.caller, { status, servedBy: servedBy?.publicView, usage: spent });
        },
      };
    } catch (error) {
      this.#end(trace, asked.caller, endOf(error));
      throw error;
    }
  }

  /** A request that was refused before it got here, such as one without a valid key, leaves its trace too. */
  refuse(trace: RequestTrace, error: unknown): void {
    this.#tell(trace, endOf(error));
  }

  /** Returns what would happen to the request now. Nothing is sent, and nothing is spent. */
  async explain(request: ChainRequest): Promise<Explanation> {
    return explain(this.#context, this.#queue, forSurface(this.#rotated(request)));
  }

  #rotated(request: ChainRequest): ChainRequest {
    return request.chain.rotates ? { ...request, chain: this.#rotation.ordered(request.chain) } : request;
  }

  /** Resolves when no request is under way, its answer and what plugins do with it included. */
  idle(): Promise<void> {
    return this.isIdle ? Promise.resolve() : new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Refuses the requests that wait for capacity. */
  close(): void {
    this.#queue.close();
  }

  /** Ends every request that is still under way, with `cause`. */
  stop(cause: Error): void {
    for (const caller of [...this.#callers]) caller.leave(cause);
  }

  #replyOf(
    end: Exclude<WalkEnd, { kind: 'exhausted' }>,
    request: ResumableRequest,
    trace: RequestTrace,
    content: CapturedContent | undefined,
  ): Reply {
    if (end.kind === 'rejected') {
      const rejection = rejectionOf(end.by.target, end.by.failure);
      content?.answered(Buffer.from(JSON.stringify({ error: rejection.error })));
      return { kind: 'rejection', ...rejection };
    }
    if (isStreaming(end)) {
      trace.firstToken();
      const resuming = new ResumingStream(this.#context, this.#queue, request, trace);
      const pipe = (sink: Sink) => resuming.pipe(end, content?.watch(sink) ?? sink);
      return { kind: 'stream', head: end.answer.head, pipe };
    }
    const answer = end.answer as Answer & { stream: false };
    content?.answered(answer.body, answer.native?.completion);
    const { head, body, usage, native } = answer;
    return { kind: 'whole', stream: false, head, body, usage, native };
  }

  #usageOf({ id }: PreparedTarget, { size }: ChainRequest, usage: Usage | TokenUsage | undefined): TokenUsage {
    if (usage === undefined) return { ...this.#context.estimates.likely(id, size), estimated: true };
    const { input, output, cached } = usage;
    const estimated = 'estimated' in usage && usage.estimated;
    return cached === undefined ? { input, output, estimated } : { input, output, cached, estimated };
  }

  #end(trace: RequestTrace, caller: Caller, end: RequestEnd): void {
    this.#tell(trace, end);
    this.#callers.delete(caller);
    this.#checkIdle();
  }

  /** Tells plugins that a request is over. It counts as under way until they are done, so nothing is closed under them. */
  #tell(trace: RequestTrace, end: RequestEnd): void {
    const { afterResponse } = this.#context.hooks;
    this.#telling++;
    const outcome = trace.end(end);
    const done = (): void => {
      this.#telling--;
      this.#checkIdle();
    };
    if (outcome === undefined || afterResponse.taps.length === 0) done();
    // Without a promise: most taps are done at once.
    else afterResponse.callAsync(outcome, done);
  }

  /** No request is under way. */
  get isIdle(): boolean {
    return this.#callers.size === 0 && this.#arrived === 0 && this.#telling === 0;
  }

  #checkIdle(): void {
    if (!this.isIdle) return;
    for (const resolve of this.#onIdle) resolve();
    this.#onIdle = [];
  }
}

const endOf = (error: unknown): RequestEnd => {
  if (error instanceof CallerGone) return { status: 499 };
  return error instanceof ChainError ? { status: error.status, refusal: error.code } : { status: 500 };
};

/** Several choices at once run side by side and cannot be continued from the middle. */
const isResumable = ({ stream, chain, surface, body: { n } }: ChainRequest): boolean =>
  stream && surface === undefined && chain.resume && (typeof n !== 'number' || n <= 1);

/** Sound, pictures and vectors are not text that a person reads. */
const capturable = ({ surface }: ChainRequest): boolean => surface === undefined || surface.answers === 'choices';
