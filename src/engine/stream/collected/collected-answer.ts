import { type Fields, fieldsIn, isFields } from '../../../plugin/fields.js';
import { endKindOf } from '../../../plugin/readers/finish-reasons.js';
import { choicesOf } from '../frames/content.js';
import { dataOf, framesIn } from '../frames/sse.js';
import type { Sink } from '../sink.js';

/** Fields that each chunk repeats. All others grow with the chunks. */
const REPEATED = new Set(['id', 'type', 'name', 'role', 'index', 'object', 'format', 'model', 'signature']);

/** A stream in place of the whole answer that was asked for, as the answer that it should have been. */
export class CollectedAnswer implements Sink {
  readonly #frames: Buffer[] = [];
  readonly #onTooLong: () => void;
  #left: number;

  /** Calls `onTooLong` after `longest` bytes. */
  constructor(longest: number, onTooLong: () => void) {
    this.#left = longest;
    this.#onTooLong = onTooLong;
  }

  write(frames: Buffer): boolean {
    this.#left -= frames.length;
    if (this.#left < 0) this.#onTooLong();
    else this.#frames.push(frames);
    return true;
  }

  onDrain(): void {}

  /** The whole answer, as JSON. `translate` makes another answer of it. */
  bodyAs(translate: (answer: Fields) => Fields = (answer) => answer): Buffer {
    return Buffer.from(JSON.stringify(translate(this.#answer())));
  }

  #answer(): Fields {
    let answer: Fields = {};
    const choices = new Map<unknown, Fields>();
    for (const frame of framesIn(Buffer.concat(this.#frames))) {
      const chunk = dataOf(frame);
      if (!isFields(chunk)) continue;
      const { choices: _, ...rest } = chunk;
      answer = { ...answer, ...withoutNull(rest) };
      for (const { delta, finish_reason: reason, index = 0, ...more } of choicesOf(chunk)) {
        const known = choices.get(index) ?? { index, message: { role: 'assistant', content: null } };
        const ended = endKindOf(reason) === 'open' ? {} : { finish_reason: reason };
        const grown = merged(known, { message: delta, ...more }) as Fields;
        choices.set(index, { ...grown, ...ended });
      }
    }
    const all = [...choices.values()].map(finished).toSorted((one, other) => Number(one.index) - Number(other.index));
    return { ...answer, object: 'chat.completion', choices: all };
  }
}

/** A stream that ends with `[DONE]` alone has no finish reason. Calls of a whole answer have no index. */
const finished = ({ message, ...choice }: Fields): Fields => {
  const { tool_calls: calls, ...rest } = message as Fields;
  const list = fieldsIn(calls);
  const whole = list.length === 0 ? rest : { ...rest, tool_calls: list.map(({ index: _, ...call }) => call) };
  return { finish_reason: list.length > 0 ? 'tool_calls' : 'stop', ...choice, message: whole };
};

const merged = (known: unknown, added: unknown, key = ''): unknown => {
  if (added === undefined || added === null || added === '') return known ?? added;
  if (known === undefined || known === null || REPEATED.has(key)) return added;
  if (typeof known === 'string' && typeof added === 'string') return known + added;
  if (Array.isArray(known) && Array.isArray(added))
    return key === 'tool_calls' ? mergedCalls(known, added) : [...known, ...added];
  if (!isFields(known) || !isFields(added)) return added;
  const all = Object.entries(added).map(([name, value]) => [name, merged(known[name], value, name)]);
  return { ...known, ...Object.fromEntries(all) };
};

const mergedCalls = (known: readonly unknown[], added: readonly unknown[]): unknown[] => {
  const calls = [...known];
  for (const part of added) {
    const at = calls.findIndex((call) => isFields(call) && isFields(part) && call.index === part.index);
    if (at === -1) calls.push(part);
    else calls[at] = merged(calls[at], part);
  }
  return calls;
};

const withoutNull = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
