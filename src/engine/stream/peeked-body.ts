import type { BodySink, Source } from './source.js';
import { WrappedSource } from './wrapped-source.js';

/** What a body is by its first bytes, whatever its content type says. */
export type BodyForm =
  /** A whole answer or an error: an object or a list. */
  | 'json'
  /** Server-sent events. */
  | 'events'
  /** A page, plain text, or nothing. */
  | 'other';

type State =
  | { readonly phase: 'peeking' }
  /** The form is known, and nothing takes the body yet. */
  | { readonly phase: 'held'; over?: Error | 'end' }
  | { readonly phase: 'passing'; readonly sink: BodySink };

/** Comments and blank lines are skipped; after more than this they count as events. */
const LONGEST_PEEK = 64 * 1024;
const BYTE_ORDER_MARK = '\u00EF\u00BB\u00BF';
const BRACE = '{'.charCodeAt(0);
const FIELDS = ['data', 'event', 'id', 'retry', 'error'];

/** A body whose form is known. Leaves out a byte order mark, which many clients do not expect. */
export class PeekedBody extends WrappedSource {
  form: BodyForm = 'other';
  #early: Buffer[] = [];
  #state: State = { phase: 'peeking' };

  private constructor(source: Source) {
    super(source);
  }

  /** Starts to read. Resolves as soon as the form is known. Rejects when the exchange breaks before. */
  static of(source: Source): Promise<PeekedBody> {
    const body = new PeekedBody(source);
    return new Promise((resolve, reject) => {
      const known = (form: BodyForm): void => {
        body.form = form;
        body.#state = { phase: 'held' };
        resolve(body);
      };
      source.consume({
        data: (chunk) => body.#data(chunk, known),
        end: () => {
          if (body.#state.phase === 'peeking') known('other');
          body.#over('end');
        },
        error: (cause) => {
          if (body.#state.phase === 'peeking') reject(cause);
          else body.#over(cause);
        },
      });
    });
  }

  consume(sink: BodySink): void {
    const { over } = this.#state as State & { phase: 'held' };
    const early = this.#early;
    this.#early = [];
    this.#state = { phase: 'passing', sink };
    for (const chunk of early) sink.data(chunk);
    if (over !== undefined) this.#over(over);
  }

  #data(chunk: Buffer, known: (form: BodyForm) => void): void {
    if (this.#state.phase === 'passing') {
      this.#state.sink.data(chunk);
      return;
    }
    this.#early.push(chunk);
    if (this.#state.phase === 'held') return;
    // Nearly every whole answer.
    if (this.#early.length === 1 && chunk[0] === BRACE) return void known('json');
    const bytes = Buffer.concat(this.#early);
    const text = bytes.toString('latin1', 0, LONGEST_PEEK + BYTE_ORDER_MARK.length);
    const start = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
    if (text !== '' && text.length < BYTE_ORDER_MARK.length && BYTE_ORDER_MARK.startsWith(text)) return;
    const form = formOf(text.slice(start));
    if (form === undefined && bytes.length < LONGEST_PEEK) return;
    this.#early = [bytes.subarray(start)];
    known(form ?? 'events');
  }

  #over(how: Error | 'end'): void {
    const state = this.#state;
    if (state.phase === 'held') state.over = how;
    else if (state.phase === 'passing' && how === 'end') state.sink.end();
    else if (state.phase === 'passing') state.sink.error(how as Error);
  }
}

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
