import type { AnswerWriter, ProtocolCall, Refusal } from '../../plugin/door/protocol.js';
import { isFields } from '../../plugin/fields.js';
import { type AnswerCall, type AnswerPart, ChatAnswerReader } from '../../plugin/readers/chat-answer.js';
import type { EndCause } from '../../plugin/readers/finish-reasons.js';
import { outwardIds } from '../conversation/outward-ids.js';
import { argumentsObject } from '../conversation/tool-arguments.js';
import type { Fields } from '../fields.js';
import { eventError, responseError } from './errors.js';
import { type PartPlace, ResponseEvents } from './events.js';
import {
  annotationOf,
  callItem,
  type ItemStatus,
  type MessagePart,
  messageItem,
  newId,
  type OutputCall,
  type OutputItem,
  partOf,
  reasoningItem,
  summaryPart,
  textsOf,
} from './output-items.js';
import { freeTextIn, type RequestTools } from './request-tools.js';
import { type ResponseState, responseObject, usageOf } from './response-object.js';

/** What an answer depends on. */
export interface AnswerOrder {
  /** The request as the caller sent it. */
  readonly asked: Fields;
  /** The request as a chat completion. */
  readonly chat: Fields;
  readonly tools: RequestTools;
  readonly call: ProtocolCall;
}

interface OpenPart extends MessagePart {
  text: string;
  logprobs: Fields[];
}

type State =
  /** Nothing is written. */
  | { readonly phase: 'waiting' }
  /** The response has begun, and no item is open. */
  | { readonly phase: 'between' }
  | { readonly phase: 'reasoning'; readonly id: string; text: string }
  | { readonly phase: 'message'; readonly id: string; readonly done: Fields[]; part: OpenPart }
  | { readonly phase: 'over'; readonly response: Fields };

type IncompleteReason = ResponseState['reason'];

const BETWEEN: State = { phase: 'between' };

/** Writes one answer in the form of the Responses API. */
export class ResponsesAnswer implements AnswerWriter {
  readonly #order: AnswerOrder;
  readonly #reader = new ChatAnswerReader();
  readonly #events = new ResponseEvents();
  readonly #id = newId('resp');
  readonly #createdAt: number;
  /** The items that are done. */
  readonly #output: OutputItem[] = [];
  /** As the response began: another target may go on with it. */
  #model: unknown;
  #state: State = { phase: 'waiting' };
  /** White space before the first text of a message: if only calls follow, it is no message. */
  #space = '';

  constructor(order: AnswerOrder) {
    this.#order = order;
    this.#createdAt = Math.floor(order.call.at / 1000);
  }

  take(chunk: Fields): string {
    let text = '';
    for (const part of this.#reader.take(chunk)) text += this.#add(part);
    return text === '' && this.#reader.hasCalls ? this.#begin() : text;
  }

  end(): string {
    if (this.#state.phase === 'over') return '';
    const { calls } = this.#reader;
    const reason = incompleteReason(this.#reader.endCause, calls);
    let text = this.#begin();
    if (calls.length === 0) text += this.#addSpace();
    text += this.#close(reason !== undefined && calls.length === 0 ? 'incomplete' : 'completed');
    const outward = outwardIds('call_', this.#id);
    for (const [index, call] of calls.entries()) {
      const isCut = reason !== undefined && index === calls.length - 1;
      text += this.#addCall(call, outward(call.id), isCut);
    }
    const status = reason === undefined ? 'completed' : 'incomplete';
    const response = this.#response({ status, reason, usage: this.#usage() });
    this.#state = { phase: 'over', response };
    return text + this.#events.write(`response.${status}`, { response });
  }

  fail(refusal: Refusal): string {
    if (this.#state.phase === 'over') return '';
    const begun = this.#begin();
    const response = this.#response({ status: 'failed', error: responseError(refusal), usage: this.#usage() });
    this.#state = { phase: 'over', response };
    const error = this.#events.write('error', { error: eventError(refusal) });
    return begun + error + this.#events.write('response.failed', { response });
  }

  whole(): Fields {
    if (this.#state.phase !== 'over') throw new Error('The answer is not over.');
    return this.#state.response;
  }

  #begin(): string {
    if (this.#state.phase !== 'waiting') return '';
    this.#state = BETWEEN;
    this.#model = this.#reader.model ?? this.#order.asked.model;
    return this.#events.begin(this.#response({ status: 'in_progress', usage: null }));
  }

  #add(part: AnswerPart): string {
    if (part.kind === 'reasoning') return this.#addReasoning(part.text);
    if (part.kind === 'text' && this.#state.phase !== 'message') {
      if (part.text.trim() === '') {
        this.#space += part.text;
        return '';
      }
      return this.#addSpace() + this.#addToMessage(part);
    }
    return this.#addToMessage(part);
  }

  /** The white space that was held back. */
  #addSpace(): string {
    const text = this.#space;
    this.#space = '';
    return text === '' ? '' : this.#addToMessage({ kind: 'text', text });
  }

  #addReasoning(delta: string): string {
    let written = this.#begin();
    if (this.#state.phase !== 'reasoning') {
      written += this.#close('completed');
      this.#state = { phase: 'reasoning', id: newId('rs'), text: '' };
      written += this.#events.reasoningAdded(this.#output.length, this.#state.id);
    }
    this.#state.text += delta;
    return written + this.#events.reasoningDelta(this.#output.length, this.#state.id, delta);
  }

  #addToMessage({ kind, text, logprobs }: AnswerPart): string {
    if (kind === 'reasoning') return this.#addReasoning(text);
    let written = this.#begin();
    if (this.#state.phase !== 'message') {
      written += this.#close('completed');
      this.#state = { phase: 'message', id: newId('msg'), done: [], part: newPart(kind) };
      written += this.#events.messageAdded(this.#output.length, this.#state.id);
      written += this.#events.partAdded(this.#placeIn(this.#state), kind);
    } else if (this.#state.part.kind !== kind) {
      written += this.#closePart(this.#state);
      this.#state.part = newPart(kind);
      written += this.#events.partAdded(this.#placeIn(this.#state), kind);
    }
    const { part } = this.#state;
    part.text += text;
    if (logprobs !== undefined) part.logprobs.push(...logprobs);
    return written + this.#events.partDelta(this.#placeIn(this.#state), kind, text, logprobs);
  }

  #placeIn({ id, done }: State & { phase: 'message' }): PartPlace {
    return { item_id: id, output_index: this.#output.length, content_index: done.length };
  }

  #closePart(state: State & { phase: 'message' }): string {
    const isText = state.part.kind === 'text';
    const part = isText ? { ...state.part, annotations: this.#reader.citations.map(annotationOf) } : state.part;
    const written = this.#events.partDone(this.#placeIn(state), part);
    state.done.push(partOf(part));
    return written;
  }

  /** Closes the open item, if any. */
  #close(status: ItemStatus): string {
    const state = this.#state;
    if (state.phase === 'reasoning') {
      const written = this.#events.reasoningDone(this.#output.length, state.id, state.text);
      return written + this.#done(reasoningItem(state.id, [summaryPart(state.text)], status));
    }
    if (state.phase === 'message') {
      const written = this.#closePart(state);
      return written + this.#done(messageItem(state.id, state.done, status));
    }
    return '';
  }

  #done(item: OutputItem): string {
    this.#state = BETWEEN;
    const { asked, tools } = this.#order;
    // Before the caller can refer to it. A caller that stores nothing sends its items itself.
    if (asked.store !== false) tools.memory.rememberItem(item);
    this.#output.push(item);
    return this.#events.itemDone(this.#output.length - 1, item);
  }

  #addCall({ name: outgoing, arguments: text, extra }: AnswerCall, callId: string, isCut: boolean): string {
    const { tools } = this.#order;
    const { name, namespace } = tools.toCaller(outgoing);
    const kind = tools.isCustom(outgoing) ? 'custom' : 'function';
    const id = newId(kind === 'custom' ? 'ctc' : 'fc');
    const call: OutputCall = { kind, id, callId, name, namespace };
    const input = kind === 'custom' ? freeTextIn(text, isCut) : text;
    const kept = Object.fromEntries(Object.entries(extra).filter(([, value]) => isFields(value)));
    if (Object.keys(kept).length > 0) tools.memory.rememberExtra(callId, kept);
    const written = this.#events.call(this.#output.length, call, input);
    return written + this.#done(callItem(call, input, isCut ? 'incomplete' : 'completed'));
  }

  #response(state: Pick<ResponseState, 'status' | 'usage' | 'error' | 'reason'>): Fields {
    const { asked, call } = this.#order;
    return responseObject(asked, {
      ...state,
      id: this.#id,
      createdAt: this.#createdAt,
      completedAt: state.status === 'completed' ? Math.floor(call.at / 1000) : null,
      model: this.#model,
      output: [...this.#output],
    });
  }

  /** The usage that the provider reports, or an estimate. */
  #usage(): Fields {
    const { usage } = this.#reader;
    if (usage !== undefined && usage.input + usage.output > 0) return usageOf(usage);
    const { call, chat } = this.#order;
    const output = this.#output.length === 0 ? 0 : call.countTokens({ text: this.#output.flatMap(textsOf) });
    return usageOf({ input: call.countTokens(chat), output, cached: 0, reasoning: 0 });
  }
}

const newPart = (kind: MessagePart['kind']): OpenPart => ({ kind, text: '', logprobs: [], annotations: [] });

/** Calls count as an answer, unless the last one was cut off. */
const incompleteReason = (cause: EndCause | undefined, calls: readonly AnswerCall[]): IncompleteReason => {
  const last = calls.at(-1);
  const isLong = cause === 'length' || cause === 'context';
  if (last !== undefined) {
    return isLong && argumentsObject(last.arguments, false) === undefined ? 'max_output_tokens' : undefined;
  }
  if (isLong) return 'max_output_tokens';
  return cause === 'filter' ? 'content_filter' : undefined;
};
