import type { TokenUsage } from '../plugin/door/attempt.js';
import type { EngineContext } from './attempt/context.js';
import { tokensOfText } from './attempt/request/text-tokens.js';
import type { Answer, StreamEnd } from './attempt/result.js';
import { drive } from './drive.js';
import type { ResumableRequest } from './resume/resumable-request.js';
import type { Sink } from './stream/sink.js';
import type { Chain, PreparedTarget } from './target.js';
import type { Queue } from './walk/queue.js';
import type { RequestTrace } from './walk/trace.js';
import type { Found, WalkEnd } from './walk/walk.js';

/** How often an answer is continued at most: each time costs the caller's prompt once more. */
const MOST_RESUMES = 2;

/** How a stream ended, and the target that sent the last of it. `usage` is the sum over all targets. */
export interface ResumedEnd extends StreamEnd {
  readonly target: PreparedTarget;
}

type Streaming = Found & { readonly answer: Answer & { stream: true } };

/** A streamed answer that another target continues where it breaks off, as long as one can. */
export class ResumingStream {
  readonly #context: EngineContext;
  readonly #queue: Queue;
  readonly #request: ResumableRequest;
  readonly #trace: RequestTrace;

  constructor(context: EngineContext, queue: Queue, request: ResumableRequest, trace: RequestTrace) {
    this.#context = context;
    this.#queue = queue;
    this.#request = request;
    this.#trace = trace;
  }

  /** Passes the answer on to its end. Resolves when no more comes, and says how it ended. */
  async pipe(first: Streaming, sink: Sink): Promise<ResumedEnd> {
    let found = first;
    let usage: TokenUsage | undefined;
    for (let resumes = 0; ; resumes++) {
      const end = await found.answer.pipe(sink);
      this.#trace.amend(found.record, end.record);
      if (end.record.outcome === 'failed') this.#context.onAttempt?.(end.record);
      usage = sumOf(usage, end.usage);
      const next = resumes < MOST_RESUMES ? await this.#resume(found, end, usage) : undefined;
      if (next === undefined) return { ...this.#lastEnd(end), usage, target: found.target };
      const [from, to] = [plainName(found.target.id), plainName(next.target.id)];
      // A line of the frame that follows: some parsers take a comment of its own for an event without data.
      sink.write(Buffer.from(`: 429chain: ${from} broke off, ${to} continues\n`));
      this.#trace.resumed++;
      found = next;
    }
  }

  /** What is left of the time that the request may wait. */
  #waits(): Pick<Chain, 'patienceMs' | 'maxWaitMs'> {
    const left = this.#request.chain.maxWaitMs - this.#trace.waitedMs;
    return { patienceMs: 0, maxWaitMs: Math.max(0, left) };
  }

  /** If the caller leaves, or 429chain stops, while another target is looked for, that is why the stream ends. */
  #lastEnd(end: StreamEnd): StreamEnd {
    const { gone } = this.#request.caller;
    if (end.failure === undefined || gone === undefined) return end;
    return { ...end, failure: { ...end.failure, class: 'cancelled', message: gone.message, cause: gone } };
  }

  /** Finds the next target whose answer overlaps with what the caller has; `undefined` when there is none. */
  async #resume({ target }: Found, { failure }: StreamEnd, usage: TokenUsage): Promise<Streaming | undefined> {
    const { id, transcript, chain, size } = this.#request;
    if (failure === undefined || failure.class === 'cancelled' || !transcript?.resumable) return undefined;
    if (failure.class === 'moderation' && chain.onModeration === 'return') return undefined;
    this.#context.log.warn(`Request ${id}: ${target.id} broke off in the middle of its answer (${failure.message}).`);
    const request: ResumableRequest = {
      ...this.#request,
      // The target that broke off comes last.
      chain: { ...chain, ...this.#waits(), targets: [...behind(chain.targets, target), target] },
      size: { ...size, tokens: size.tokens + Math.ceil(tokensOfText(transcript.text)) },
      continuation: { transcript, usage, instruction: chain.resumeInstruction },
    };
    return this.#continuedBy(request, target);
  }

  async #continuedBy(request: ResumableRequest, broken: PreparedTarget): Promise<Streaming | undefined> {
    const { log } = this.#context;
    const { id, caller } = request;
    try {
      const end = await drive(this.#context, this.#queue, request, this.#trace);
      if (isStreaming(end)) {
        log.info(`Request ${id}: ${end.target.id} continues the answer that ${broken.id} began.`);
        return end;
      }
      log.warn(`Request ${id}: no target continues the answer. ${reasonFor(end)}`);
    } catch (cause) {
      if (caller.gone === undefined) {
        log.warn(`Request ${id}: no target continues the answer. ${(cause as Error).message}`);
      }
    }
    return undefined;
  }
}

const reasonFor = (end: WalkEnd): string => {
  if (end.kind === 'exhausted') return end.error.message;
  return end.kind === 'rejected' ? `${end.by.target.id} rejects it: ${end.by.failure.message}` : '';
};

/** Adds up what the targets of one answer were charged. */
const sumOf = (one: TokenUsage | undefined, other: TokenUsage): TokenUsage => {
  if (one === undefined) return other;
  const hasCached = one.cached !== undefined || other.cached !== undefined;
  return {
    input: one.input + other.input,
    output: one.output + other.output,
    ...(hasCached && { cached: (one.cached ?? 0) + (other.cached ?? 0) }),
    estimated: one.estimated || other.estimated,
  };
};

export const isStreaming = (end: WalkEnd): end is Streaming => end.kind === 'found' && end.answer.stream;

/** The other targets, beginning with the one after `target`. */
const behind = (targets: readonly PreparedTarget[], target: PreparedTarget): PreparedTarget[] => {
  const at = targets.indexOf(target);
  return [...targets.slice(at + 1), ...targets.slice(0, Math.max(0, at))];
};

/** A name that stays as it is. */
const PLAIN_NAME = /^[\w./:@-]*$/;

/** Returns a name as a header or a comment can carry it, whatever characters it has. */
export const plainName = (name: string): string =>
  PLAIN_NAME.test(name) ? name : encodeURI(Buffer.from(name).toString());
