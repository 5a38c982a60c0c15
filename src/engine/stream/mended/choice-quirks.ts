import { randomUUID } from 'node:crypto';
import type { Fields } from '../../../plugin/fields.js';
import { choicesOf, messageOf } from '../frames/content.js';
import type { SseEvent } from '../frames/events.js';
import { withData } from '../frames/sse.js';
import { ToolCalls } from './tool-calls.js';

const newId = (): string => `call_${randomUUID().replaceAll('-', '')}`;

/** Repairs what clients fail on in the chunks of one stream: a missing role, indexes of tool calls. */
export class ChoiceQuirks {
  /** Of each choice that has some. */
  #calls: Map<unknown, ToolCalls> | undefined;
  /** Choices whose first chunk has come. */
  readonly #begun = new Set<unknown>();
  readonly #addsRole: boolean;

  /** `addsRole`: the first chunk of each choice needs a role. */
  constructor(addsRole: boolean) {
    this.#addsRole = addsRole;
  }

  /** Returns the event as the caller needs it: the same event if nothing had to change. */
  mend(event: SseEvent): SseEvent {
    const { value } = event;
    if (value === undefined || event.content.empty) return event;
    const choices = choicesOf(value);
    const mended = choices.map((choice) => this.#mendChoice(choice));
    if (mended.every((choice, at) => choice === choices[at])) return event;
    const changed = { ...value, choices: mended };
    return { ...event, value: changed, bytes: withData(event.bytes, changed) };
  }

  /** Some tool call of a choice is not whole. */
  get hasOpenCall(): boolean {
    return this.#calls !== undefined && [...this.#calls.values()].some(({ isOpen }) => isOpen);
  }

  /** Some tool call of a choice began and is not whole. */
  get hasTornCall(): boolean {
    return this.#calls !== undefined && [...this.#calls.values()].some(({ isTorn }) => isTorn);
  }

  #mendChoice(choice: Fields): Fields {
    const index = choice.index ?? 0;
    const isFirst = this.#addsRole && !this.#begun.has(index);
    if (isFirst) this.#begun.add(index);
    const delta = messageOf(choice);
    const needsRole = isFirst && (typeof delta.role !== 'string' || delta.role === '');
    const legacy = delta.function_call;
    if (legacy !== undefined && legacy !== null)
      this.#callsOf(index).add([{ index: 0, id: 'legacy', function: legacy }]);
    const parts = Array.isArray(delta.tool_calls) ? delta.tool_calls : [];
    const calls = parts.length === 0 ? parts : this.#callsOf(index).add(parts);
    if (!needsRole && calls === parts) return choice;
    const role = needsRole ? { role: 'assistant' } : {};
    return { ...choice, delta: { ...delta, ...role, ...(calls === parts ? {} : { tool_calls: calls }) } };
  }

  #callsOf(index: unknown): ToolCalls {
    this.#calls ??= new Map();
    const known = this.#calls.get(index) ?? new ToolCalls(newId);
    this.#calls.set(index, known);
    return known;
  }
}
