import type { Usage } from '../../../ledger/ledger.js';
import type { Fields } from '../../../plugin/fields.js';
import { choicesOf, isTruncated } from '../frames/content.js';
import { type SseEvent, usageEvent } from '../frames/events.js';
import { Completion } from './completion.js';
import type { EventIntake } from './event-intake.js';
import type { RelayOptions } from './relay-options.js';

const NONE: readonly never[] = [];

/** What a stream has said so far about its answer as a whole: its usage, and how much of it has ended. */
export class AnswerSoFar {
  readonly #options: RelayOptions;
  readonly #intake: EventIntake;
  readonly #completion: Completion;
  /** The first chunk, where it may be needed. */
  #first: Fields | undefined;
  #usage: Usage | undefined;

  constructor(options: RelayOptions, intake: EventIntake) {
    this.#options = options;
    this.#intake = intake;
    this.#completion = new Completion(options.choices);
  }

  add(event: SseEvent): void {
    const { usage, empty } = event.content;
    if (usage !== undefined) this.#usage = usage;
    if (!empty && this.#options.estimateUsage !== undefined) this.#first ??= event.value;
    this.#completion.add(event);
  }

  /** The usage that the provider reported last, if any. */
  get usage(): Usage | undefined {
    return this.#usage;
  }

  /** The stream sent `[DONE]`. */
  get isDone(): boolean {
    return this.#completion.isDone;
  }

  /** What follows is not part of the answer. */
  get isOver(): boolean {
    return this.#completion.isWhole;
  }

  /** Nothing of the answer is missing. `[DONE]` alone does not complete a tool call. */
  get isWhole(): boolean {
    return this.#completion.isFinished || (this.#completion.isDone && !this.#intake.hasOpenCall);
  }

  /** The answer ends with the event that was added last, inside a tool call, or with arguments that the caller cannot use. */
  endsTorn({ done, content, value }: SseEvent): boolean {
    if (done && !this.isWhole) return true;
    if (this.#options.wholeCalls !== true || content.finished.length === 0) return false;
    return !choicesOf(value ?? {}).some(isTruncated) && this.#intake.hasTornCall;
  }

  /** The usage, where the caller asked for it and the provider reported none. */
  missingUsage(): readonly SseEvent[] {
    const { estimateUsage, usageBefore } = this.#options;
    if (estimateUsage === undefined || this.#usage !== undefined) return NONE;
    return [usageEvent(this.#first ?? {}, estimateUsage(this.#intake.textBytes), usageBefore)];
  }
}
