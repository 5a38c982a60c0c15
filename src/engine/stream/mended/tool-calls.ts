import { type Fields, isFields } from '../../../plugin/fields.js';
import { parseBody } from '../../parse-body.js';

interface Call {
  /** Where the caller finds it. */
  readonly index: number;
  id: string;
  name: string;
  /** The arguments so far; `undefined` when they are too long to keep. */
  arguments: string | undefined;
}

/** Characters of arguments that are kept. Longer ones count as whole. */
const LONGEST = 8 * 1024 * 1024;

/**
 * The tool calls of one choice of a stream. Providers leave out the index of a call, or give several calls the same one:
 * here each gets its own.
 */
export class ToolCalls {
  readonly #calls: Call[] = [];
  /** The provider's index → the call that it stands for now. */
  readonly #byIndex = new Map<unknown, Call>();
  readonly #newId: () => string;

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  /** Takes the parts of one chunk. Returns them as the caller needs them: the same array if nothing had to change. */
  add(parts: readonly unknown[]): readonly unknown[] {
    const changed = parts.map((part) => (isFields(part) ? this.#addPart(part) : part));
    return changed.some((part, at) => part !== parts[at]) ? changed : parts;
  }

  /** The arguments of some call are not whole. */
  get isOpen(): boolean {
    return this.#calls.some((call) => !isWhole(call));
  }

  /** The arguments of some call began and are not whole, or its name is missing. */
  get isTorn(): boolean {
    return this.#calls.some((call) => call.name === '' || isTorn(call.arguments));
  }

  #addPart(part: Fields): Fields {
    const { index, id } = part;
    const called = isFields(part.function) ? part.function : {};
    const name = textOf(called.name);
    const isObject = typeof called.arguments === 'object' && called.arguments !== null;
    const args = isObject ? JSON.stringify(called.arguments) : textOf(called.arguments);
    const known = this.#byIndex.get(index ?? undefined) ?? (index == null ? this.#calls.at(-1) : undefined);
    const isNew = known === undefined || isOther(known, textOf(id), name, args);
    const call = isNew ? this.#start(index, textOf(id), name) : known;
    call.name ||= name;
    if (call.arguments !== undefined) call.arguments += args;
    if ((call.arguments?.length ?? 0) > LONGEST) call.arguments = undefined;
    const needsId = isNew && textOf(id) === '';
    if (index === call.index && !needsId && !isObject) return part;
    return {
      ...part,
      index: call.index,
      ...(needsId ? { id: call.id, type: 'function' } : {}),
      ...(isObject ? { function: { ...called, arguments: args } } : {}),
    };
  }

  #start(index: unknown, id: string, name: string): Call {
    const taken = new Set(this.#calls.map((call) => call.index));
    const wanted = Number.isInteger(index) ? (index as number) : 0;
    const free = taken.has(wanted) || index == null ? Math.max(-1, ...taken) + 1 : wanted;
    const call: Call = { index: free, id: id || this.#newId(), name, arguments: '' };
    this.#calls.push(call);
    this.#byIndex.set(index ?? undefined, call);
    return call;
  }
}

/** Returns whether a part starts another call than the one that its index stands for. */
const isOther = (call: Call, id: string, name: string, args: string): boolean => {
  if (name === '') return false;
  if (id !== '' && call.name !== '') return id !== call.id;
  const hasBegun = call.arguments === undefined || call.arguments !== '';
  if (call.name !== '' && name !== call.name) return hasBegun;
  return hasBegun && args.trimStart().startsWith('{') && call.arguments !== undefined && isWhole(call);
};

const isWhole = ({ arguments: args }: Call): boolean => args === undefined || typeof parseBody(args) !== 'string';

/** Returns whether the arguments of a call are neither empty nor an object. Some models encode the object twice. */
export const isTorn = (args: string | undefined): boolean => {
  if (args === undefined || args.trim() === '') return false;
  const value = parseBody(args);
  const inner = typeof value === 'string' && value !== args ? parseBody(value) : value;
  return inner !== null && inner !== '' && !isFields(inner);
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
