import type { BodySink } from '../source.js';
import { WrappedSource } from './wrapped-source.js';

/** What a body is by its first bytes, whatever its content type says. */
export type BodyForm =
  /** A whole answer or an error: an object or a list. */
  | 'json'
  /** Server-sent events. */
  | 'events'
  /** A page, plain text, or nothing. */
  | 'other';

/** Waits for the form of a body. One of the methods is called, once. */
export interface PeekListener {
  /** The form is known. */
  peeked(body: PeekedBody): void;
  /** The exchange broke before. */
  broke(cause: Error): void;
}

type State =
  | {
      readonly phase: 'peeking';
      readonly listener: PeekListener;
    }
  /** The form is known, and nothing takes the body yet. */
  | { readonly phase: 'held'; over?: Error | 'end' }
  | { readonly phase: 'passing'; readonly sink: BodySink };

/** Comments and blank lines are skipped; after more than this they count as events. */
const LONGEST_PEEK = 64 * 1024;
const BYTE_ORDER_MARK = '\u00EF\u00BB\u00BF';
const BRACE = '{'.charCodeAt(0);
const FIELDS = ['data', 'event', 'id', 'retry', 'error'];

/** A body whose form is known. Leaves out a byte order mark, which many clients do not expect. */
export class PeekedBody extends WrappedSource implements BodySink {
  form: BodyForm = 'other';
  #early: Buffer[] = [];
  #state: State = { phase: 'held' };

  /** Starts to read. */
  peek(listener: PeekListener): void {
    this.#state = { phase: 'peeking', listener };
    this.source.consume(this);
  }

  consume(sink: BodySink): void {
    const { over } = this.#state as State & { phase: 'held' };
    const early = this.#early;
    this.#early = [];
    this.#state = { phase: 'passing', sink };
    for (const chunk of early) sink.data(chunk);
    if (over !== undefined) this.#over(over);
  }

  data(chunk: Buffer): void {
    const state = this.#state;
    if (state.phase === 'passing') {
      state.sink.data(chunk);
      return;
    }
    this.#early.push(chunk);
    if (state.phase === 'held') return;
    // Nearly every answer.
    const known = this.#early.length === 1 ? commonFormOf(chunk) : undefined;
    if (known !== undefined) {
      this.#know(known, state);
      return;
    }
    const bytes = Buffer.concat(this.#early);
    const text = bytes.toString('latin1', 0, LONGEST_PEEK + BYTE_ORDER_MARK.length);
    const start = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
    if (text !== '' && text.length < BYTE_ORDER_MARK.length && BYTE_ORDER_MARK.startsWith(text)) return;
    const form = formOf(text.slice(start));
    if (form === undefined && bytes.length < LONGEST_PEEK) return;
    this.#early = [bytes.subarray(start)];
    this.#know(form ?? 'events', state);
  }

  end(): void {
    if (this.#state.phase === 'peeking') this.#know('other', this.#state);
    this.#over('end');
  }

  error(cause: Error): void {
    if (this.#state.phase === 'peeking') this.#state.listener.broke(cause);
    else this.#over(cause);
  }

  #know(form: BodyForm, { listener }: State & { phase: 'peeking' }): void {
    this.form = form;
    this.#state = { phase: 'held' };
    listener.peeked(this);
  }

  #over(how: Error | 'end'): void {
    const state = this.#state;
    if (state.phase === 'held') state.over = how;
    else if (state.phase === 'passing' && how === 'end') state.sink.end();
    else if (state.phase === 'passing') state.sink.error(how as Error);
  }
}

const DATA = 'data:';

/** Returns the form of nearly every body, which its first bytes show. */
const commonFormOf = (first: Buffer): BodyForm | undefined => {
  if (first[0] === BRACE) return 'json';
  return first.toString('latin1', 0, DATA.length) === DATA ? 'events' : undefined;
};

/** Returns `undefined` while more bytes are needed. */
const formOf = (text: string): BodyForm | undefined => {
  const rest = withoutComments(text);
  if (/^[{[]/.test(rest)) return 'json';
  const lines = rest.split(/[\r\n]+/);
  for (const [index, line] of lines.entries()) {
    const [, field = '', next] = /^([\w-]*)([^\w-])?/.exec(line) ?? [];
    const isWhole = index < lines.length - 1;
    if (line === '' || line.startsWith(':')) continue;
    if (FIELDS.includes(field) && (next === ':' || (isWhole && next === undefined))) return 'events';
    // A field that the standard does not know is skipped.
    if (next !== ':' && (isWhole || next !== undefined)) return 'other';
  }
  return undefined;
};

/** Returns the text without the blank lines and comments at its start. A comment that is not whole yet goes too. */
export const withoutComments = (text: string): string => text.replace(/^(?:\s+|:[^\r\n]*(?:[\r\n]|$))+/, '');
