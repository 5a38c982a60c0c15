import type { StreamEvent } from '../../plugin/door/translate.js';
import { isFields } from '../../plugin/fields.js';
import type { Fields } from '../fields.js';
import type { OutputItem } from './output-items.js';

/** A part of an item: text, a refusal, a summary, or reasoning. */
export interface PassedPart {
  /** The field of the item that it belongs to, and its place there. */
  readonly list: 'content' | 'summary';
  readonly index: number;
  /** As it was added. */
  readonly part: Fields;
  text: string;
  readonly logprobs: Fields[];
  readonly annotations: Fields[];
  /** As it is when it is over. */
  done?: Fields;
}

/** An item that has begun and is not over. */
export interface PassedItem {
  readonly item: OutputItem;
  readonly parts: PassedPart[];
}

/** Kind of text, as its events are called → how its part is called, and where it is. */
export const PART_KINDS: Readonly<Record<string, { readonly type: string; readonly list: PassedPart['list'] }>> = {
  output_text: { type: 'output_text', list: 'content' },
  refusal: { type: 'refusal', list: 'content' },
  reasoning_text: { type: 'reasoning_text', list: 'content' },
  reasoning_summary_text: { type: 'summary_text', list: 'summary' },
};

const PART_EVENTS: Readonly<Record<string, PassedPart['list']>> = {
  'response.content_part': 'content',
  'response.reasoning_summary_part': 'summary',
};

/** Follows the events of a response that pass as they are, so that another answer can go on where they break off. */
export class PassedResponse {
  /** The response as its provider began it. */
  response: Fields | undefined;
  /** The number of the next event. */
  sequence = 0;
  isOver = false;
  readonly #done = new Map<unknown, OutputItem>();
  readonly #open = new Map<unknown, PassedItem>();

  /** The items that are over, in order. */
  get output(): readonly OutputItem[] {
    return [...this.#done].toSorted(([one], [other]) => Number(one) - Number(other)).map(([, item]) => item);
  }

  /** The item that is not over. Items come one after the other. */
  get open(): PassedItem | undefined {
    return [...this.#open.values()].at(-1);
  }

  /** Takes an event. Returns the item that it ends, if any. */
  take({ event, data }: StreamEvent): OutputItem | undefined {
    if (!isFields(data)) return undefined;
    const type = String(data.type ?? event);
    const { sequence_number: sequence, output_index: place, item, response } = data;
    this.sequence = typeof sequence === 'number' ? sequence + 1 : this.sequence + 1;
    if (isFields(response)) this.response ??= response;
    if (/^response\.(?:completed|incomplete|failed)$/.test(type)) this.isOver = true;
    if (type === 'response.output_item.added' && isItem(item)) this.#open.set(place, { item, parts: [] });
    if (type === 'response.output_item.done' && isItem(item)) {
      this.#open.delete(place);
      this.#done.set(place, item);
      return item;
    }
    this.#takePart(this.#open.get(place), type, data);
    return undefined;
  }

  #takePart(open: PassedItem | undefined, type: string, data: Fields): void {
    if (open === undefined) return;
    const [, name = '', verb = ''] = /^(.*)\.(\w+)$/.exec(type) ?? [];
    const list = PART_EVENTS[name];
    const { part, delta, logprobs, annotation } = data;
    if (list !== undefined && verb === 'added' && isFields(part)) open.parts.push(partOf(list, data, part));
    if (list !== undefined && verb === 'done' && isFields(part)) {
      const found = partAt(open, list, data);
      if (found !== undefined) found.done = part;
    }
    const kind = PART_KINDS[name.slice('response.'.length)];
    if (kind !== undefined && verb === 'delta' && typeof delta === 'string') {
      const found = partAt(open, kind.list, data) ?? partOf(kind.list, data, { type: kind.type });
      if (!open.parts.includes(found)) open.parts.push(found);
      found.text += delta;
      if (Array.isArray(logprobs)) found.logprobs.push(...logprobs.filter(isFields));
    }
    if (type === 'response.output_text.annotation.added' && isFields(annotation)) {
      partAt(open, 'content', data)?.annotations.push(annotation);
    }
  }
}

const partOf = (list: PassedPart['list'], at: Fields, part: Fields): PassedPart => ({
  list,
  index: indexOf(list, at),
  part,
  text: String(part.text ?? part.refusal ?? ''),
  logprobs: [],
  annotations: [],
});

const partAt = ({ parts }: PassedItem, list: PassedPart['list'], at: Fields): PassedPart | undefined =>
  parts.find((part) => part.list === list && part.index === indexOf(list, at));

const indexOf = (list: PassedPart['list'], { content_index, summary_index }: Fields): number =>
  Number((list === 'content' ? content_index : summary_index) ?? 0);

export const isItem = (value: unknown): value is OutputItem => isFields(value) && typeof value.id === 'string';
