import type { EngineContext } from './attempt/context.js';
import type { Answer, StreamEnd } from './attempt/result.js';
import type { ResumableRequest } from './resume/resumable-request.js';
import type { Sink } from './stream/sink.js';
import type { Chain, PreparedTarget } from './target.js';
import type { Course } from './walk/course.js';
import type { Queue } from './walk/queue.js';
import { type Found, Walk } from './walk/walk.js';

/** So often is an answer taken up: each time costs the caller's prompt once more. */
const MOST_HOPS = 2;

/** How a stream ended, and the target that sent the last of it. */
export interface ResumedEnd extends StreamEnd {
  readonly target: PreparedTarget;
}

type Streaming = Found & { readonly answer: Answer & { stream: true } };

/** A stream that another target takes up where it breaks, as long as there is one that can. */
export class ResumingStream {
  readonly #parts: EngineContext;
  readonly #queue: Queue;
  readonly #request: ResumableRequest;
  readonly #course: Course;

  constructor(parts: EngineContext, queue: Queue, request: ResumableRequest, course: Course) {
    this.#parts = parts;
    this.#queue = queue;
    this.#request = request;
    this.#course = course;
  }

  /** Passes the answer on to its end. Resolves when there is no more to come, and says how it ended. */
  async pipe(first: Streaming, sink: Sink): Promise<ResumedEnd> {
    let found = first;
    for (let hops = 0; ; hops++) {
      const end = await found.answer.pipe(sink);
      this.#course.amend(found.record, end.record);
      const next = hops < MOST_HOPS ? await this.#takeUp(found, end) : undefined;
      if (next === undefined) return { ...this.#lastWord(end), target: found.target };
      sink.write(
        Buffer.from(`: 429chain: ${plainName(found.target.id)} broke off, ${plainName(next.target.id)} goes on\n\n`),
      );
      this.#course.resumed++;
      found = next;
    }
  }

  /** What is left of the time that it may wait. */
  #waits(): Pick<Chain, 'patienceMs' | 'maxWaitMs'> {
    const left = this.#request.chain.maxWaitMs - this.#course.waitedMs;
    return { patienceMs: 0, maxWaitMs: Math.max(0, left) };
  }

  /** Whoever stops the request while it looks for a target that goes on says why it ends. */
  #lastWord(end: StreamEnd): StreamEnd {
    const { gone } = this.#request.caller;
    if (end.failure === undefined || gone === undefined) return end;
    return { ...end, failure: { ...end.failure, class: 'cancelled', message: gone.message, cause: gone } };
  }

  /** The next target whose answer joins on to what the caller has got; `undefined` when there is none. */
  async #takeUp({ target }: Found, { failure }: StreamEnd): Promise<Streaming | undefined> {
    const { transcript, caller, chain, size } = this.#request;
    if (failure === undefined || failure.class === 'cancelled' || !transcript?.resumable) return undefined;
    if (failure.class === 'moderation' && chain.onModeration === 'return') return undefined;
    const { id } = this.#request;
    this.#parts.log.warn(`Request ${id}: ${target.id} broke off in the midst of its answer (${failure.message}).`);
    const request: ResumableRequest = {
      ...this.#request,
      // The one that broke comes last.
      chain: { ...chain, ...this.#waits(), targets: [...behind(chain.targets, target), target] },
      size: { ...size, bytes: size.bytes + Buffer.byteLength(transcript.text) },
      continuation: { transcript, instruction: chain.resumeInstruction },
    };
    try {
      const found = await new Walk(this.#parts, this.#queue, request, this.#course).run();
      if (!isStreaming(found)) {
        this.#parts.log.warn(`Request ${id}: nobody goes on. ${found.target.id} refuses it.`);
        return undefined;
      }
      this.#parts.log.info(`Request ${id}: ${found.target.id} goes on with the answer that ${target.id} began.`);
      return found;
    } catch (error) {
      if (caller.gone === undefined) this.#parts.log.warn(`Request ${id}: nobody goes on. ${(error as Error).message}`);
      return undefined;
    }
  }
}

export const isStreaming = (found: Found): found is Streaming => found.answer.stream;

/** The others, from the one behind `target` on. */
const behind = (targets: readonly PreparedTarget[], target: PreparedTarget): PreparedTarget[] => {
  const at = targets.indexOf(target);
  return [...targets.slice(at + 1), ...targets.slice(0, Math.max(0, at))];
};

/** A name as a header or a comment can carry it, whatever stands in it. */
export const plainName = (name: string): string => encodeURI(Buffer.from(name).toString());
