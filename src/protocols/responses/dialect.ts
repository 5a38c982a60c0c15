import type { Fields } from '../fields.js';
import type { CallerMemory } from '../memory.js';

/** How parts of a request become parts of a chat completion. It depends on what the caller gets in return. */
export interface Dialect {
  /** The name of a tool for providers. */
  nameOf(name: string, namespace?: string): string;
  /** A tool that takes free text, with its name for providers. */
  customTool(name: string, tool: Fields): Fields;
  /** A call of such a tool. */
  customCall(name: string, input: string): Fields;
  /** What earlier answers left behind. Absent: references to them are refused. */
  readonly memory?: CallerMemory;
}

/** A long conversation may have hundreds of items of one kind; the log needs no more. */
const MOST_NAMED = 20;

/** What was left out of a request. */
export class Omissions {
  readonly #omitted: string[] = [];
  readonly warnings: string[] = [];
  #more = 0;

  get omitted(): readonly string[] {
    return this.#more === 0 ? this.#omitted : [...this.#omitted, `dropped ${this.#more} more`];
  }

  /** @param what a field or an item, such as `tools[2] (web_search)` */
  add(what: string, why: string): void {
    if (this.#omitted.length < MOST_NAMED) this.#omitted.push(`dropped ${what}: ${why}`);
    else this.#more++;
  }

  /** The model misses it. */
  warn(what: string, why: string): void {
    this.add(what, why);
    if (this.warnings.length < MOST_NAMED) this.warnings.push(`${what} does not reach the model: ${why}.`);
  }
}
