import { randomUUID } from 'node:crypto';
import { ChainError } from '../../plugin/door/errors.js';
import type { AnswerWriter, Refusal } from '../../plugin/door/protocol.js';
import type { StreamEvent } from '../../plugin/door/translate.js';
import { isFields } from '../../plugin/fields.js';
import { type AnswerCall, type AnswerPart, ChatAnswerReader } from '../../plugin/readers/chat-answer.js';
import { outwardIds } from '../conversation/outward-ids.js';
import { argumentsObject } from '../conversation/tool-arguments.js';
import type { Fields } from '../fields.js';
import { deltaText, eventText } from './event.js';
import { PassedMessage } from './passed-message.js';
import { errorBody } from './refusal.js';
import { SIGNATURE } from './signature.js';
import { stopReasonOf } from './stop-reason.js';
import { usageOf } from './usage.js';

/** What an answer needs to know about its request. */
export interface AnswerOptions {
  readonly requestId: string;
  /** The `model` of the request, where the provider names none. */
  readonly model: string;
  readonly showsThinking: boolean;
  /** The stop sequences of the request. */
  readonly stops: readonly string[];
  /** Tokens of the prompt, estimated. */
  readonly inputTokens: () => number;
  /** Estimates the tokens of an answer. */
  readonly outputTokens: (content: readonly Fields[]) => number;
  /** Returns the caller's name of a tool for the provider's. */
  readonly toolName: (name: string) => string;
  /** Remembers what a provider put on a call, by the id that the caller gets. */
  readonly remember: (callId: string, extra: Fields) => void;
}

type BlockKind = 'thinking' | 'text';

type State =
  /** Nothing was written. */
  | { readonly phase: 'waiting' }
  /** The message has begun, and no block is open. */
  | { readonly phase: 'between' }
  /** `isSigned`: a provider has signed its thinking. */
  | { readonly phase: 'inBlock'; readonly kind: BlockKind; readonly isSigned?: boolean }
  | { readonly phase: 'ended'; readonly stop: Fields }
  | { readonly phase: 'failed'; readonly refusal: Refusal };

const WAITING: State = { phase: 'waiting' };
const BETWEEN: State = { phase: 'between' };

/** Writes a message as Anthropic does: block after block, with the tool calls last. */
export class MessageWriter implements AnswerWriter {
  readonly #options: AnswerOptions;
  readonly #reader = new ChatAnswerReader();
  #id = `msg_${randomUUID().replaceAll('-', '')}`;
  readonly #content: Fields[] = [];
  #state: State = WAITING;
  /** The text of the open block. */
  #text = '';
  /** White space that no block has begun with yet: a block must not consist of it. */
  #held: Record<BlockKind, string> = { thinking: '', text: '' };
  #isRefusal = false;
  #inputTokens: number | undefined;
  /** What the caller got from a provider that speaks the protocol itself. */
  #passed: PassedMessage | undefined;

  constructor(options: AnswerOptions) {
    this.#options = options;
  }

  pass(event: StreamEvent): void {
    this.#passed ??= new PassedMessage();
    this.#passed.take(event);
  }

  take(chunk: Fields): string {
    this.#goOn();
    const parts = this.#reader.take(chunk);
    let text = this.#begin();
    for (const part of parts) text += this.#add(part);
    return text;
  }

  takeText(text: string): string {
    const state = this.#state;
    // Nearly every chunk of a long answer.
    if (text !== '' && state.phase === 'inBlock' && state.kind === 'text' && this.#passed === undefined) {
      this.#text += text;
      return deltaText(this.#content.length, DELTAS.text, text);
    }
    this.#goOn();
    return this.#begin() + (text === '' ? '' : this.#add({ kind: 'text', text }));
  }

  end(): string {
    if (this.#passed?.phase === 'over') return '';
    if (this.#passed?.phase === 'stopped') return eventText('message_stop');
    this.#goOn();
    const { calls, endCause: cause } = this.#reader;
    const isTruncated = cause === 'length' || cause === 'context';
    let text = this.#begin() + this.#closeBlock();
    const idOf = outwardIds('toolu_', this.#id);
    let isCallCut = false;
    for (const call of calls) {
      const input = argumentsObject(call.arguments, isTruncated);
      if (input === undefined || call.name === '') return text + this.fail(brokenCall(call));
      const isCut = argumentsObject(call.arguments, false) === undefined;
      isCallCut ||= isCut;
      text += this.#addCall(call, idOf(call.id), input, isCut);
    }
    const stopSequence = this.#stopSequence();
    const isRefusal = this.#isRefusal;
    const stop = {
      stop_reason: stopReasonOf({ cause, hasCalls: calls.length > 0, isCallCut, isRefusal, stopSequence }),
      stop_sequence: null as string | null,
    };
    if (stop.stop_reason === 'stop_sequence') stop.stop_sequence = stopSequence ?? null;
    this.#state = { phase: 'ended', stop };
    return text + eventText('message_delta', { delta: stop, usage: this.#usage() }) + eventText('message_stop');
  }

  fail(refusal: Refusal): string {
    if (this.#passed?.phase === 'over') return '';
    this.#state = { phase: 'failed', refusal };
    return eventText('error', errorBody(refusal, this.#options.requestId));
  }

  /** @throws ChainError `upstream_failed` for an answer that is not whole */
  whole(): Fields {
    const state = this.#state;
    if (state.phase === 'failed') throw new ChainError('upstream_failed', state.refusal.error.message);
    if (state.phase !== 'ended') throw new Error('The answer is not over.');
    return { ...this.#message(), content: this.#content, ...state.stop, usage: this.#usage() };
  }

  #message(): Fields {
    const model = this.#reader.model ?? this.#options.model;
    return { id: this.#id, type: 'message', role: 'assistant', model };
  }

  /** Goes on with a message that another provider began. */
  #goOn(): void {
    const passed = this.#passed;
    if (passed === undefined || passed.phase === 'waiting') return;
    this.#passed = undefined;
    this.#id = passed.id ?? this.#id;
    this.#content.push(...passed.content);
    this.#state = BETWEEN;
    if (passed.open === undefined) return;
    const { block, isSigned } = passed.open;
    const kind = block.type === 'thinking' ? 'thinking' : 'text';
    this.#text = String(block[kind] ?? '');
    this.#state = { phase: 'inBlock', kind, isSigned };
  }

  /** The first event is always the same, whatever the first chunk is. */
  #begin(): string {
    if (this.#state.phase !== 'waiting') return '';
    this.#state = BETWEEN;
    const usage = usageOf({ input: this.#estimatedInput(), output: 0, cached: 0, reasoning: 0 });
    const message = { ...this.#message(), content: [], stop_reason: null, stop_sequence: null, usage };
    return eventText('message_start', { message });
  }

  #add({ kind: partKind, text }: AnswerPart): string {
    const kind = partKind === 'reasoning' ? 'thinking' : 'text';
    if (kind === 'thinking' && !this.#options.showsThinking) return '';
    if (partKind === 'refusal') this.#isRefusal = true;
    const isOpen = this.#state.phase === 'inBlock' && this.#state.kind === kind;
    if (!isOpen && text.trim() === '') {
      this.#held[kind] += text;
      return '';
    }
    const opening = isOpen ? '' : this.#openBlock(kind);
    const added = isOpen ? text : this.#held[kind] + text;
    if (!isOpen) this.#held[kind] = '';
    this.#text += added;
    return opening + deltaText(this.#content.length, DELTAS[kind], added);
  }

  #openBlock(kind: BlockKind): string {
    const text = this.#closeBlock();
    this.#state = { phase: 'inBlock', kind };
    const block = kind === 'text' ? textBlock('') : thinkingBlock('', '');
    return text + eventText('content_block_start', { index: this.#content.length, content_block: block });
  }

  #closeBlock(): string {
    if (this.#state.phase !== 'inBlock') return '';
    const { kind, isSigned = false } = this.#state;
    const index = this.#content.length;
    const block = kind === 'text' ? textBlock(this.#text) : thinkingBlock(this.#text, SIGNATURE);
    this.#state = BETWEEN;
    this.#content.push(block);
    this.#text = '';
    // Some clients drop thinking without a signature from the next request.
    const signature = kind === 'text' || isSigned ? '' : deltaText(index, 'signature_delta', SIGNATURE);
    return `${signature}${eventText('content_block_stop', { index })}`;
  }

  #addCall({ name: given, extra, arguments: text }: AnswerCall, id: string, input: Fields, isCut: boolean): string {
    const index = this.#content.length;
    const name = this.#options.toolName(given);
    const kept = Object.fromEntries(Object.entries(extra).filter(([, value]) => isFields(value)));
    if (Object.keys(kept).length > 0) this.#options.remember(id, kept);
    this.#content.push({ type: 'tool_use', id, name, input });
    // As the model wrote it: a number may have more digits than JavaScript keeps.
    const json = isCut || !text.trimStart().startsWith('{') ? JSON.stringify(input) : text;
    return (
      eventText('content_block_start', { index, content_block: { type: 'tool_use', id, name, input: {} } }) +
      deltaText(index, 'input_json_delta', json) +
      eventText('content_block_stop', { index })
    );
  }

  /** Providers write other words into the same field. */
  #stopSequence(): string | undefined {
    const named = this.#reader.stopSequence;
    return named !== undefined && this.#options.stops.includes(named) ? named : undefined;
  }

  #estimatedInput(): number {
    this.#inputTokens ??= this.#options.inputTokens();
    return this.#inputTokens;
  }

  #usage(): Fields {
    const { usage } = this.#reader;
    // No prompt has no tokens, and no text either: some servers report zeros.
    const output = usage?.output || (this.#content.length === 0 ? 0 : this.#options.outputTokens(this.#content));
    if (usage !== undefined && usage.input > 0) return usageOf({ ...usage, output });
    return usageOf({ input: this.#estimatedInput(), output, cached: 0, reasoning: usage?.reasoning ?? 0 });
  }
}

const DELTAS = { text: 'text_delta', thinking: 'thinking_delta' } as const;

const textBlock = (text: string): Fields => ({ type: 'text', text });

const thinkingBlock = (thinking: string, signature: string): Fields => ({ type: 'thinking', thinking, signature });

/** The arguments of a call must be an object. These are not, and no bound on the answer explains it. */
const brokenCall = ({ name }: AnswerCall): Refusal => {
  const error = new ChainError(
    'upstream_failed',
    name === ''
      ? 'The provider sent a tool call without a name.'
      : `The provider broke off inside a call of "${name}".`,
  );
  return { status: error.status, headers: {}, error: error.toJSON().error as Refusal['error'] };
};
