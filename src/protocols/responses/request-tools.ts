import { isFields } from '../../plugin/fields.js';
import { argumentsObject } from '../conversation/tool-arguments.js';
import { type CallerTool, ToolNames } from '../conversation/tool-names.js';
import { type Fields, present } from '../fields.js';
import type { CallerMemory } from '../memory.js';
import type { Dialect } from './dialect.js';

/** The arguments of a function that stands for a tool with free text. */
const FREE_TEXT = {
  type: 'object',
  properties: { input: { type: 'string' } },
  required: ['input'],
  additionalProperties: false,
};

/** The tools of one request, by the names that providers get. */
export class RequestTools implements Dialect {
  readonly memory: CallerMemory;
  readonly #names = new ToolNames();
  readonly #custom = new Set<string>();

  constructor(memory: CallerMemory) {
    this.memory = memory;
  }

  nameOf(name: string, namespace?: string): string {
    return this.#names.outgoing(name, namespace);
  }

  /** A function with one text, because few providers know tools of this kind. */
  customTool(name: string, { description, format }: Fields): Fields {
    this.#custom.add(name);
    const texts = [description, grammarIn(format)].filter((text) => typeof text === 'string' && text !== '');
    const described = texts.length === 0 ? undefined : texts.join('\n\n');
    return { type: 'function', function: present({ name, description: described, parameters: FREE_TEXT }) };
  }

  customCall(name: string, input: string): Fields {
    return { type: 'function', function: { name, arguments: JSON.stringify({ input }) } };
  }

  /** The caller's tool for a name that a provider gave. */
  toCaller(name: string): CallerTool {
    return this.#names.toCaller(name);
  }

  /** Whether the caller's tool takes free text. */
  isCustom(name: string): boolean {
    return this.#custom.has(name);
  }
}

/** Cursor gets chat completions as providers send them, so that names and kinds of tools stay. */
export const chatDialect: Dialect = {
  nameOf: (name, namespace) => (namespace === undefined ? name : `${namespace}__${name}`),
  customTool: (name, { type: _, ...tool }) => ({ type: 'custom', custom: present({ ...tool, name }) }),
  customCall: (name, input) => ({ type: 'custom', custom: { name, input } }),
};

/**
 * The free text in the arguments of a call. Arguments without it are the text: weak models write it directly.
 * @param truncated the arguments may end too early
 */
export const freeTextIn = (text: string, truncated: boolean): string => {
  const { input } = argumentsObject(text, truncated) ?? {};
  return typeof input === 'string' ? input : text;
};

const grammarIn = (format: unknown): string | undefined => {
  if (!isFields(format)) return undefined;
  // The form of chat completions has the grammar one level deeper.
  const { syntax, definition } = isFields(format.grammar) ? format.grammar : format;
  return typeof definition === 'string'
    ? `The input must match this ${typeof syntax === 'string' ? `${syntax} ` : ''}grammar:\n${definition}`
    : undefined;
};
