import type { Usage } from '../../ledger/ledger.js';
import { ChoiceQuirks } from './choice-quirks.js';
import { readEvents, type SseEvent, withUsageAdded } from './events.js';
import type { FrameReader } from './native-events.js';
import { areOrdinary } from './ordinary.js';
import { OutputMeter } from './output-meter.js';

interface IntakeOptions {
  readonly readNative?: FrameReader | undefined;
  readonly usageBefore?: Usage | undefined;
  readonly addsRole?: boolean;
}

/**
 * Reads the frames of a stream, as its caller needs them. Chat completions are mended where clients fail on them; frames in
 * the caller's own protocol stay as they are.
 */
export class EventIntake {
  readonly #meter = new OutputMeter();
  readonly #quirks: ChoiceQuirks;
  readonly #readNative: FrameReader | undefined;
  readonly #usageBefore: Usage | undefined;

  constructor({ readNative, usageBefore, addsRole = true }: IntakeOptions) {
    this.#readNative = readNative;
    this.#usageBefore = usageBefore;
    this.#quirks = new ChoiceQuirks(addsRole);
  }

  /** Bytes of text, reasoning and tool calls so far, estimated for a long stream. */
  get textBytes(): number {
    return this.#meter.textBytes;
  }

  /** Some tool call of a choice is not whole. */
  get hasOpenCall(): boolean {
    return this.#quirks.hasOpenCall;
  }

  /** The caller cannot use the arguments of some tool call. */
  get hasTornCall(): boolean {
    return this.#quirks.hasTornCall;
  }

  /** Takes frames. Returns `undefined` if they contain nothing but text, and may stay unread (`mayPass`). */
  take(frames: Buffer, mayPass: boolean): readonly SseEvent[] | undefined {
    if (this.#readNative !== undefined) return this.#native(this.#readNative(frames));
    this.#meter.add(frames);
    return mayPass && areOrdinary(frames) ? undefined : readEvents(frames);
  }

  /** Returns an event that `take` returned, as the caller needs it. Call it for one event after the other. */
  mended(event: SseEvent): SseEvent {
    if (this.#readNative !== undefined) return event;
    return this.#quirks.mend(this.#usageBefore === undefined ? event : withUsageAdded(event, this.#usageBefore));
  }

  #native(events: readonly SseEvent[]): readonly SseEvent[] {
    for (const { value } of events) this.#meter.count(value);
    return events;
  }
}
