import { type Fields, isFields } from '../../plugin/fields.js';
import { shortHash } from '../../plugin/short-hash.js';

/** A tool as the caller calls it. */
export interface CallerTool {
  readonly name: string;
  readonly namespace?: string;
}

/** Names that nearly every provider takes. */
const SAFE = /^[A-Za-z0-9_-]{1,64}$/;
const KEPT = 50;
const HASHED = 8;

/**
 * The names of the tools of one request: those of the caller and those that providers get. A name that is too long or
 * has other characters becomes its first 50 safe characters, `_` and 8 letters of its hash. The tool of a namespace becomes
 * `namespace__tool`. The same name becomes the same in every request, unless two tools of a request would have one name.
 */
export class ToolNames {
  readonly #outgoing = new Map<string, string>();
  readonly #callers = new Map<string, CallerTool>();

  /** Returns the name that providers get for a tool of the caller. */
  outgoing(name: string, namespace?: string): string {
    const key = JSON.stringify([namespace, name]);
    const known = this.#outgoing.get(key);
    if (known !== undefined) return known;
    const full = namespace === undefined ? name : `${namespace}__${name}`;
    let safe = SAFE.test(full) ? full : hashed(full, key);
    for (let trial = 0; this.#callers.has(safe); trial++) safe = hashed(full, `${key}${trial}`);
    this.#outgoing.set(key, safe);
    this.#callers.set(safe, namespace === undefined ? { name } : { name, namespace });
    return safe;
  }

  /** Returns the caller's tool for a name that a provider gave. A name that the request did not have stays. */
  toCaller(outgoing: string): CallerTool {
    return this.#callers.get(outgoing) ?? { name: outgoing };
  }
}

const hashed = (name: string, key: string): string => {
  const safe = name.replaceAll(/[^A-Za-z0-9_-]/g, '').slice(0, KEPT);
  return `${safe}_${shortHash(key, HASHED)}`;
};

/**
 * Returns the body of a chat completion with names that providers take: in `tools`, in `tool_choice` and in the calls of
 * earlier messages. Returns `body` itself if no name changes. All names get known to `names`, those of the tools first.
 */
export const withSafeToolNames = (body: Fields, names: ToolNames): Fields => {
  const tools = mapped(body.tools, (tool) => renamed(tool, names));
  const choice = renamed(body.tool_choice, names);
  const allowed = isFields(choice) ? mappedIn(choice, 'allowed_tools', (fields) => withTools(fields, names)) : choice;
  const messages = mapped(body.messages, (message) =>
    isFields(message)
      ? mappedIn(message, 'tool_calls', (calls) => mapped(calls, (call) => renamed(call, names)))
      : message,
  );
  if (tools === body.tools && allowed === body.tool_choice && messages === body.messages) return body;
  return { ...body, ...given({ tools, tool_choice: allowed, messages }) };
};

const withTools = (fields: unknown, names: ToolNames): unknown =>
  isFields(fields) ? mappedIn(fields, 'tools', (tools) => mapped(tools, (tool) => renamed(tool, names))) : fields;

/** `{ function: { name } }` or `{ custom: { name } }` with the name that providers get. */
const renamed = (tool: unknown, names: ToolNames): unknown => {
  if (!isFields(tool)) return tool;
  for (const kind of ['function', 'custom']) {
    const inner = tool[kind];
    if (!isFields(inner) || typeof inner.name !== 'string') continue;
    const name = names.outgoing(inner.name);
    return name === inner.name ? tool : { ...tool, [kind]: { ...inner, name } };
  }
  return tool;
};

/** A copy of `list` with each item changed, or `list` itself if no item changes. */
const mapped = (list: unknown, change: (item: unknown) => unknown): unknown => {
  if (!Array.isArray(list)) return list;
  const next = list.map(change);
  return next.every((item, index) => item === list[index]) ? list : next;
};

const mappedIn = (fields: Fields, key: string, change: (value: unknown) => unknown): Fields => {
  const value = change(fields[key]);
  return value === fields[key] ? fields : { ...fields, [key]: value };
};

const given = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
