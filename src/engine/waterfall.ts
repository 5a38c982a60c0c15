import type { Explanation } from '../contract/explain.js';
import type { EngineContext } from './attempt/context.js';
import type { Answer } from './attempt/result.js';
import type { Caller } from './caller.js';
import { CallerGone } from './causes.js';
import type { ResumableRequest } from './resume/resumable-request.js';
import { Transcript } from './resume/transcript.js';
import { isStreaming, type ResumedEnd, ResumingStream } from './resuming-stream.js';
import { CapturedContent } from './stream/captured-content.js';
import type { Sink } from './stream/sink.js';
import type { PreparedTarget } from './target.js';
import { Course } from './walk/course.js';
import { explain } from './walk/explain.js';
import { Queue } from './walk/queue.js';
import type { RejectionAnswer } from './walk/rejection.js';
import { Walk } from './walk/walk.js';

/** What the caller gets. */
export interface Served {
  /** The one that answered first. Of a provider's refusal that is handed on: the one that refused. */
  readonly target: PreparedTarget;
  readonly attempts: number;
  readonly answer:
    | (Answer & { stream: false })
    | RejectionAnswer
    | { readonly stream: true; readonly pipe: (sink: Sink) => Promise<ResumedEnd> };
  /** How the request ends is told here, once, when the answer has left. */
  readonly course: Course;
}

/** Walks a chain until an attempt succeeds. */
export class Waterfall {
  readonly #parts: EngineContext;
  readonly #queue: Queue;
  readonly #callers = new Set<Caller>();
  #onIdle: (() => void)[] = [];

  constructor(parts: EngineContext, maxWaiting: number) {
    this.#parts = parts;
    this.#queue = new Queue(parts.ledger, parts.clock, maxWaiting);
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** Calls back whenever a request begins to wait for capacity, or ceases to. */
  onWaiting(listener: () => void): void {
    this.#queue.onLength(listener);
  }

  /**
   * @throws ChainError `chain_exhausted` when no target can answer within the chain's `maxWait`.
   * @throws CallerGone when nobody waits for the answer any more.
   */
  async run(asked: ResumableRequest): Promise<Served> {
    this.#callers.add(asked.caller);
    const request = isResumable(asked) ? { ...asked, transcript: new Transcript() } : asked;
    const content = this.#parts.capturesContent ? new CapturedContent(asked.body) : undefined;
    const course = new Course(this.#parts, request, () => this.#over(asked.caller), content);
    try {
      const found = await new Walk(this.#parts, this.#queue, request, course).run();
      const { target, answer } = found;
      const { attempts } = course;
      if (!isStreaming(found)) {
        const whole = answer as Exclude<Served['answer'], { stream: true }>;
        content?.answered(whole.body);
        return { target, attempts, answer: whole, course };
      }
      course.begin();
      const resuming = new ResumingStream(this.#parts, this.#queue, request, course);
      const pipe = (sink: Sink): Promise<ResumedEnd> => resuming.pipe(found, content?.watch(sink) ?? sink);
      return { target, attempts, answer: { stream: true, pipe }, course };
    } catch (error) {
      course.finish(error instanceof CallerGone ? 499 : ((error as { status?: number }).status ?? 500));
      throw error;
    }
  }

  /** What would happen to the request now: nothing is sent, and nothing is spent. */
  explain(request: ResumableRequest): Promise<Explanation> {
    return explain(this.#parts, this.#queue, request);
  }

  /** Resolves when no request is under way, its answer included. */
  idle(): Promise<void> {
    return this.#callers.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Those who wait are refused. */
  close(): void {
    this.#queue.close();
  }

  /** Ends every request that is still under way, with `cause`. */
  stop(cause: Error): void {
    for (const caller of [...this.#callers]) caller.leave(cause);
  }

  #over(caller: Caller): void {
    this.#callers.delete(caller);
    if (this.#callers.size > 0) return;
    for (const resolve of this.#onIdle) resolve();
    this.#onIdle = [];
  }
}

/** Several choices at once run side by side, and cannot be asked for from the middle. */
const isResumable = ({ stream, chain, body: { n } }: ResumableRequest): boolean =>
  stream && chain.resume && (typeof n !== 'number' || n <= 1);
