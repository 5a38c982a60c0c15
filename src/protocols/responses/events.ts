import type { Fields } from '../fields.js';
import { jsonText } from '../json-text.js';
import {
  callItem,
  type ItemStatus,
  type MessagePart,
  messageItem,
  type OutputCall,
  type OutputItem,
  partOf,
  reasoningItem,
  summaryPart,
} from './output-items.js';
import { PART_KINDS, type PassedItem, type PassedPart } from './passed-response.js';

const NONE: readonly never[] = [];

/** Writes the events of one response as text. Sequence numbers count up over all of them. */
export class ResponseEvents {
  #sequence = 0;

  /** Goes on with events that another provider began: `sequence` is the number of the next one. */
  goOnFrom(sequence: number): void {
    this.#sequence = sequence;
  }

  write(type: string, fields: Fields): string {
    const data = JSON.stringify({ type, sequence_number: this.#sequence++, ...fields });
    return `event: ${type}\ndata: ${data}\n\n`;
  }

  /**
   * Writes an event that adds `text` to a part. A stream consists of them: only the text is serialised.
   * @param beginning of the event, see `beginningOf`
   * @param place fields before the text, see `placeText`
   * @param end what stands behind the text
   */
  #delta(beginning: string, place: string, text: string, end = END): string {
    return `${beginning}${this.#sequence++}${place}${jsonText(text)}${end}`;
  }

  begin(response: Fields): string {
    return this.write('response.created', { response }) + this.write('response.in_progress', { response });
  }

  itemAdded(index: number, item: OutputItem): string {
    return this.write('response.output_item.added', { output_index: index, item });
  }

  itemDone(index: number, item: OutputItem): string {
    return this.write('response.output_item.done', { output_index: index, item });
  }

  messageAdded(index: number, id: string): string {
    return this.itemAdded(index, messageItem(id, NONE, 'in_progress'));
  }

  partAdded(at: PartPlace, kind: MessagePart['kind']): string {
    const part = partOf({ kind, text: '', annotations: NONE, logprobs: NONE });
    return this.write('response.content_part.added', { ...at, part });
  }

  /** @param place of the part, see `placeText` */
  partDelta(place: string, kind: MessagePart['kind'], delta: string, logprobs: readonly Fields[] = NONE): string {
    if (kind === 'refusal') return this.#delta(REFUSAL_DELTA, place, delta);
    const end = logprobs.length === 0 ? END_WITHOUT_ODDS : `,"logprobs":${JSON.stringify(logprobs)}${END}`;
    return this.#delta(TEXT_DELTA, place, delta, end);
  }

  partDone(at: PartPlace, part: MessagePart): string {
    const { kind, text, logprobs } = part;
    const done =
      kind === 'text'
        ? this.write('response.output_text.done', { ...at, text, logprobs })
        : this.write('response.refusal.done', { ...at, refusal: text });
    return done + this.write('response.content_part.done', { ...at, part: partOf(part) });
  }

  reasoningAdded(index: number, id: string): string {
    return (
      this.itemAdded(index, reasoningItem(id, NONE, 'in_progress')) +
      this.write('response.reasoning_summary_part.added', { ...summaryAt(index, id), part: summaryPart('') })
    );
  }

  reasoningDelta(index: number, id: string, delta: string): string {
    const place = `,"item_id":${JSON.stringify(id)},"output_index":${index},"summary_index":0,"delta":`;
    return this.#delta(REASONING_DELTA, place, delta);
  }

  reasoningDone(index: number, id: string, text: string): string {
    const at = summaryAt(index, id);
    return (
      this.write('response.reasoning_summary_text.done', { ...at, text }) +
      this.write('response.reasoning_summary_part.done', { ...at, part: summaryPart(text) })
    );
  }

  /** Ends an item that another provider began, and returns it as it is then. */
  foreignDone(place: number, { item, parts }: PassedItem, status: ItemStatus): { written: string; item: OutputItem } {
    let written = '';
    const whole: Record<PassedPart['list'], Fields[]> = { content: [], summary: [] };
    for (const { list, index, part, text, done } of parts) {
      const at = {
        item_id: item.id,
        output_index: place,
        [list === 'content' ? 'content_index' : 'summary_index']: index,
      };
      const kind = Object.entries(PART_KINDS).find(([, each]) => each.type === part.type)?.[0];
      const over = done ?? { ...part, text };
      whole[list].push(over);
      if (done !== undefined) continue;
      if (kind !== undefined) written += this.write(`response.${kind}.done`, { ...at, text });
      const event = list === 'content' ? 'content_part' : 'reasoning_summary_part';
      written += this.write(`response.${event}.done`, { ...at, part: over });
    }
    const { content, summary } = whole;
    const all = { ...item, ...(content.length > 0 && { content }), ...(summary.length > 0 && { summary }) };
    return { written, item: 'status' in item ? { ...all, status } : all };
  }

  /** All events of a call except the last one: it comes whole. */
  call(index: number, call: OutputCall, text: string): string {
    const at = { item_id: call.id, output_index: index };
    const added = this.itemAdded(index, callItem(call, '', 'in_progress'));
    const kind = call.kind === 'function' ? 'function_call_arguments' : 'custom_tool_call_input';
    const delta = this.write(`response.${kind}.delta`, { ...at, delta: text });
    const whole = call.kind === 'function' ? { name: call.name, arguments: text } : { input: text };
    return added + delta + this.write(`response.${kind}.done`, { ...at, ...whole });
  }
}

/** Where a part of a message is. */
export interface PartPlace extends Fields {
  readonly item_id: string;
  readonly output_index: number;
  readonly content_index: number;
}

/** Returns what stands between the sequence number of a delta and its text. */
export const placeText = ({ item_id: id, output_index: index, content_index: part }: PartPlace): string =>
  `,"item_id":${JSON.stringify(id)},"output_index":${index},"content_index":${part},"delta":`;

/** Returns what stands before the sequence number of an event. */
const beginningOf = (type: string): string => `event: ${type}\ndata: {"type":"${type}","sequence_number":`;

const TEXT_DELTA = beginningOf('response.output_text.delta');
const REFUSAL_DELTA = beginningOf('response.refusal.delta');
const REASONING_DELTA = beginningOf('response.reasoning_summary_text.delta');
const END = '}\n\n';
const END_WITHOUT_ODDS = `,"logprobs":[]${END}`;

const summaryAt = (index: number, id: string): Fields => ({ item_id: id, output_index: index, summary_index: 0 });
