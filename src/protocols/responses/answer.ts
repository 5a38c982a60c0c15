import type { AnswerWriter, ProtocolCall, Refusal } from '../../plugin/door/protocol.js';
import type { StreamEvent } from '../../plugin/door/translate.js';
import { isFields } from '../../plugin/fields.js';
import { type AnswerCall, type AnswerPart, ChatAnswerReader } from '../../plugin/readers/chat-answer.js';
import type { EndCause } from '../../plugin/readers/finish-reasons.js';
import { outwardIds } from '../conversation/outward-ids.js';
import { argumentsObject } from '../conversation/tool-arguments.js';
import type { Fields } from '../fields.js';
import { type AnswerState, BETWEEN, newPart, type OpenPart, stateAfter } from './answer-state.js';
import { eventError, responseError } from './errors.js';
import { type PartPlace, placeText, ResponseEvents } from './events.js';
import {
  annotationOf,
  callItem,
  type ItemStatus,
  messageItem,
  newId,
  type OutputCall,
  type OutputItem,
  partOf,
  reasoningItem,
  summaryPart,
  textsOf,
} from './output-items.js';
import { isItem, PassedResponse } from './passed-response.js';
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

type MessageState = AnswerState & { phase: 'message' };
type IncompleteReason = ResponseState['reason'];

/** Writes one answer in the form of the Responses API. */
export class ResponsesAnswer implements AnswerWriter {
  readonly #order: AnswerOrder;
  readonly #reader = new ChatAnswerReader();
  readonly #events = new ResponseEvents();
  #id = newId('resp');
  readonly #createdAt: number;
  /** The items that are done. */
  readonly #output: OutputItem[] = [];
  /** As the response began: another target may go on with it. */
  #model: unknown;
  #state: AnswerState = { phase: 'waiting' };
  /** What the caller got from a provider that speaks the protocol itself. */
  #passed: PassedResponse | undefined;
  /** The response as that provider began it. */
  #begun: Fields | undefined;
  /** White space before the first text of a message: if only calls follow, it is no message. */
  #space = '';

  constructor(order: AnswerOrder) {
    this.#order = order;
    this.#createdAt = Math.floor(order.call.at / 1000);
  }

  pass(event: StreamEvent): void {
    const { data } = event;
    if (isFields(data) && data.object === 'response') {
      for (const item of Array.isArray(data.output) ? data.output.filter(isItem) : []) this.#remember(item);
      return;
    }
    this.#passed ??= new PassedResponse();
    const done = this.#passed.take(event);
    if (done !== undefined) this.#remember(done);
  }

  take(chunk: Fields): string {
    this.#goOn();
    let text = '';
    for (const part of this.#reader.take(chunk)) text += this.#add(part);
    return text === '' && this.#reader.hasCalls ? this.#begin() : text;
  }

  takeText(text: string): string {
    const state = this.#state;
    // Nearly every chunk of a long answer.
    if (text !== '' && state.phase === 'message' && state.part?.kind === 'text' && this.#passed === undefined) {
      return this.#addDelta(state, state.part, text);
    }
    this.#goOn();
    const added = text === '' ? '' : this.#add({ kind: 'text', text });
    return added === '' && this.#reader.hasCalls ? this.#begin() : added;
  }

  end(): string {
    this.#goOn();
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
    this.#goOn();
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

  /** Goes on with a response that another provider began. */
  #goOn(): void {
    const passed = this.#passed;
    if (passed === undefined) return;
    this.#passed = undefined;
    this.#begun = passed.response;
    if (typeof this.#begun?.id === 'string') this.#id = this.#begun.id;
    this.#events.goOnFrom(passed.sequence);
    this.#output.push(...passed.output);
    this.#state = stateAfter(passed);
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
      this.#state = { phase: 'message', id: newId('msg'), done: [], part: undefined };
      written += this.#events.messageAdded(this.#output.length, this.#state.id);
    }
    if (this.#state.part?.kind !== kind) written += this.#closePart(this.#state) + this.#openPart(this.#state, kind);
    const part = this.#state.part as OpenPart;
    if (logprobs !== undefined) part.logprobs.push(...logprobs);
    return written + this.#addDelta(this.#state, part, text, logprobs);
  }

  #addDelta(state: MessageState, part: OpenPart, text: string, logprobs?: readonly Fields[]): string {
    part.text += text;
    part.place ??= placeText(this.#placeIn(state));
    return this.#events.partDelta(part.place, part.kind, text, logprobs);
  }

  #placeIn({ id, done }: MessageState): PartPlace {
    return { item_id: id, output_index: this.#output.length, content_index: done.length };
  }

  #openPart(state: MessageState, kind: OpenPart['kind']): string {
    state.part = newPart(kind);
    return this.#events.partAdded(this.#placeIn(state), kind);
  }

  #closePart(state: MessageState): string {
    const { part } = state;
    if (part === undefined) return '';
    const annotations = [...part.annotations, ...this.#reader.citations.map(annotationOf)];
    const whole = part.kind === 'text' ? { ...part, annotations } : part;
    const written = this.#events.partDone(this.#placeIn(state), whole);
    state.done.push(partOf(whole));
    state.part = undefined;
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
      const isEmpty = state.part === undefined && state.done.length === 0;
      const written = (isEmpty ? this.#openPart(state, 'text') : '') + this.#closePart(state);
      return written + this.#done({ ...state.begun, ...messageItem(state.id, state.done, status) });
    }
    if (state.phase === 'foreign') {
      const { written, item } = this.#events.foreignDone(this.#output.length, state.open, status);
      return written + this.#done(item);
    }
    return '';
  }

  #done(item: OutputItem): string {
    this.#state = BETWEEN;
    this.#remember(item);
    this.#output.push(item);
    return this.#events.itemDone(this.#output.length - 1, item);
  }

  /** Before the caller can refer to it. A caller that stores nothing sends its items itself. */
  #remember(item: OutputItem): void {
    const { asked, tools } = this.#order;
    if (asked.store !== false) tools.memory.rememberItem(item);
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
    const response = responseObject(asked, {
      ...state,
      id: this.#id,
      createdAt: this.#createdAt,
      completedAt: state.status === 'completed' ? Math.floor(call.at / 1000) : null,
      model: this.#model,
      output: [...this.#output],
    });
    if (this.#begun === undefined) return response;
    const { status, error, incomplete_details, completed_at, output, usage } = response;
    return { ...this.#begun, status, error, incomplete_details, completed_at, output, usage };
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
