import type { Usage } from '../../../ledger/ledger.js';
import { readEvents, type SseEvent, withUsageAdded } from '../frames/events.js';
import { FrameTemplate } from '../frames/frame-template.js';
import type { FrameReader } from '../frames/native-events.js';
import { areOrdinary } from '../frames/ordinary.js';
import { OutputMeter } from '../frames/output-meter.js';
import type { PlainFrames } from '../frames/plain-frames.js';
import { framesIn } from '../frames/sse.js';
import { ChoiceQuirks } from '../mended/choice-quirks.js';
import type { FrameContent } from '../sink.js';

interface IntakeOptions {
  readonly readNative?: FrameReader | undefined;
  readonly usageBefore?: Usage | undefined;
  readonly addsRole?: boolean;
}

/** Chunks between two attempts to find a template. Some streams have none: two fields differ from chunk to chunk. */
const TEMPLATE_EVERY = 16;

/**
 * Reads the frames of a stream, as its caller needs them. Chat completions are mended where clients fail on them; frames in
 * the caller's own protocol stay as they are.
 */
export class EventIntake {
  readonly #meter = new OutputMeter();
  readonly #quirks: ChoiceQuirks;
  readonly #readNative: FrameReader | undefined;
  readonly #usageBefore: Usage | undefined;
  #template: FrameTemplate | undefined;
  /** Chunks until the next attempt to find a template. */
  #wait = 0;

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

  /**
   * Takes frames. Returns `false` if they have to be read: call `read` then.
   * @returns their texts; `undefined` if they contain nothing but text, which is not known yet
   */
  takePlain(frames: Buffer): PlainFrames | undefined | false {
    if (this.#readNative !== undefined) return false;
    let plain = this.#template?.match(frames);
    if (plain === undefined) {
      if (!areOrdinary(frames)) return false;
      plain = this.#learn(frames);
    }
    if (plain === undefined) this.#meter.add(frames);
    else this.#meter.addText(plain.textBytes);
    return plain;
  }

  /** Most streams have one template, or another one for reasoning. */
  #learn(frames: Buffer): PlainFrames | undefined {
    if (this.#wait-- > 0) return undefined;
    this.#wait = TEMPLATE_EVERY;
    this.#template = FrameTemplate.of(framesIn(frames)[0] as Buffer);
    return this.#template?.match(frames);
  }

  /** Takes frames and returns their events. */
  read(frames: Buffer): readonly SseEvent[] {
    const events = this.#readNative === undefined ? readEvents(frames) : this.#readNative(frames);
    for (const { value } of events) this.#meter.count(value);
    return events;
  }

  /** Returns an event that `read` returned, as the caller needs it. Call it for one event after the other. */
  mended(event: SseEvent): SseEvent {
    if (this.#readNative !== undefined) return event;
    return this.#quirks.mend(this.#usageBefore === undefined ? event : withUsageAdded(event, this.#usageBefore));
  }

  /** What the sink may know of events that `mended` returned. */
  contentOf(events: readonly SseEvent[]): FrameContent {
    return { kind: this.#readNative === undefined ? 'chat' : 'native', events };
  }
}
