import { ChainError } from '../../plugin/door/errors.js';
import { toolSchema } from '../conversation/tool-schemas.js';
import { type Fields, isAbsent, listAt, objectAt, present, quoted, refuseField, textAt } from '../fields.js';
import type { Dialect, Omissions } from './dialect.js';

interface HostedTool {
  readonly type: RegExp;
  /** The model can do without it. It is left out beside other tools, unless the caller forces it. */
  readonly optional: boolean;
  readonly why: string;
}

/** Tools that run at OpenAI, or whose calls have a form that no chat model makes. */
const HOSTED: readonly HostedTool[] = [
  { type: /^web_search/, optional: true, why: 'chat completions have no web search' },
  { type: /^image_generation$/, optional: true, why: 'chat completions do not generate images' },
  { type: /^tool_search$/, optional: true, why: 'the model gets all tools at once' },
  { type: /^programmatic_tool_calling$/, optional: true, why: 'chat completions call tools one by one' },
  { type: /^local_shell$/, optional: true, why: 'chat completions have no calls of this form' },
  { type: /^file_search$/, optional: false, why: 'your files are stored at OpenAI' },
  { type: /^code_interpreter$/, optional: false, why: 'it runs at OpenAI' },
  { type: /^mcp$/, optional: false, why: 'OpenAI would connect to the server' },
  { type: /^computer/, optional: false, why: 'chat completions have no calls of this form' },
  { type: /^(?:shell|apply_patch)$/, optional: false, why: 'chat completions have no calls of this form' },
];

/** A tool that the caller carries out. */
interface ClientTool {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly kind: 'function' | 'custom';
  /** As chat completions have it. */
  readonly chat: Fields;
  /** Its name for providers. */
  readonly outgoing: string;
}

interface OfferedTool {
  /** Such as `tools[2]`. */
  readonly at: string;
  readonly type: string;
}

const refuseTool = (param: string, type: string, why: string): never => {
  const message = `"${param}" is ${quoted(type)}, a tool that no target has: ${why}. Send tools of type "function", "custom" or "namespace".`;
  throw new ChainError('unsupported_tool', message, { param });
};

const hostedOf = (type: string): HostedTool | undefined => HOSTED.find((each) => each.type.test(type));

/**
 * Returns `tools`, `tool_choice` and `parallel_tool_calls` of a chat completion, each only if it says something.
 * @throws ChainError `unsupported_tool` for a tool that the caller needs and no chat provider has
 */
export const readTools = (body: Fields, dialect: Dialect, omissions: Omissions): Fields => {
  const offered = isAbsent(body.tools) ? [] : listAt(body.tools, 'tools');
  const tools: ClientTool[] = [];
  const hosted: OfferedTool[] = [];
  for (const [index, tool] of offered.entries()) addTool(tool, `tools[${index}]`, undefined, dialect, tools, hosted);
  leaveOut(hosted, tools.length > 0, omissions);
  const choice = isAbsent(body.tool_choice) ? { tools } : readChoice(body.tool_choice, tools);
  if (choice.tools.length === 0) return {};
  return {
    tools: choice.tools.map(({ chat }) => chat),
    ...('choice' in choice ? { tool_choice: choice.choice } : {}),
    // `true` is the default of chat completions; some providers refuse the field.
    ...(body.parallel_tool_calls === false ? { parallel_tool_calls: false } : {}),
  };
};

const addTool = (
  value: unknown,
  at: string,
  namespace: string | undefined,
  dialect: Dialect,
  tools: ClientTool[],
  hosted: OfferedTool[],
): void => {
  const tool = objectAt(value, at);
  const type = textAt(tool.type, `${at}.type`);
  if (type === 'function' || type === 'custom') tools.push(clientTool(tool, type, at, namespace, dialect));
  else if (type === 'namespace' && namespace === undefined) {
    const name = textAt(tool.name, `${at}.name`);
    const inner = listAt(tool.tools, `${at}.tools`);
    for (const [index, each] of inner.entries()) addTool(each, `${at}.tools[${index}]`, name, dialect, tools, hosted);
  } else hosted.push({ at, type });
};

const clientTool = (
  tool: Fields,
  kind: ClientTool['kind'],
  at: string,
  namespace: string | undefined,
  dialect: Dialect,
): ClientTool => {
  // Some clients send the form of chat completions.
  const nested = isAbsent(tool[kind]) ? undefined : objectAt(tool[kind], `${at}.${kind}`);
  const fields = nested ?? tool;
  const name = textAt(fields.name, `${at}${nested === undefined ? '' : `.${kind}`}.name`);
  const outgoing = dialect.nameOf(name, namespace);
  const chat = kind === 'custom' ? dialect.customTool(outgoing, fields) : functionTool(outgoing, fields);
  return { name, namespace, kind, chat, outgoing };
};

const functionTool = (name: string, { description, parameters, strict }: Fields): Fields => ({
  type: 'function',
  function: present({ name, description, parameters: toolSchema(parameters), strict }),
});

/** Leaves out hosted tools, or refuses the request because of one of them. */
const leaveOut = (hosted: readonly OfferedTool[], hasOthers: boolean, omissions: Omissions): void => {
  for (const { at, type } of hosted) {
    const { optional, why } = hostedOf(type) ?? { optional: false, why: 'it is unknown' };
    if (!optional || !hasOthers) refuseTool(`${at}.type`, type, why);
    omissions.add(`${at} (${type})`, why);
  }
};

interface Choice {
  /** The tools that the model may call. */
  readonly tools: readonly ClientTool[];
  readonly choice?: unknown;
}

const WORDS: readonly unknown[] = ['auto', 'none', 'required'];

const readChoice = (value: unknown, tools: readonly ClientTool[]): Choice => {
  if (typeof value === 'string') {
    if (!WORDS.includes(value)) refuseField('tool_choice', 'must be "auto", "none", "required" or an object');
    return { tools, choice: value };
  }
  const fields = objectAt(value, 'tool_choice');
  const type = textAt(fields.type, 'tool_choice.type');
  if (type === 'allowed_tools') return readAllowed(fields, tools);
  if (WORDS.includes(type)) return { tools, choice: type };
  if (type !== 'function' && type !== 'custom') return refuseTool('tool_choice', type, whyNot(type));
  const [chosen] = namedTools(fields, byName(tools), 'tool_choice');
  const { kind, outgoing, chat } = chosen as ClientTool;
  // A custom tool may be a function for providers.
  const chatKind = isAbsent(chat[kind]) ? 'function' : kind;
  return { tools, choice: { type: chatKind, [chatKind]: { name: outgoing } } };
};

const whyNot = (type: string): string => hostedOf(type)?.why ?? 'it is unknown';

/** Only the allowed tools are sent, because few providers know `allowed_tools`. */
const readAllowed = (fields: Fields, tools: readonly ClientTool[]): Choice => {
  const at = 'tool_choice';
  const { mode = 'auto', tools: list } = isAbsent(fields.allowed_tools)
    ? fields
    : objectAt(fields.allowed_tools, `${at}.allowed_tools`);
  if (mode !== 'auto' && mode !== 'required') refuseField(`${at}.mode`, 'must be "auto" or "required"');
  const allowed = new Set<ClientTool>();
  const hosted: string[] = [];
  const named = byName(tools);
  for (const [index, each] of listAt(list, `${at}.tools`).entries()) {
    const where = `${at}.tools[${index}]`;
    const entry = objectAt(each, where);
    const type = textAt(entry.type, `${where}.type`);
    if (hostedOf(type) !== undefined) hosted.push(type);
    else for (const tool of namedTools(entry, named, where)) allowed.add(tool);
  }
  const [first] = hosted;
  if (allowed.size === 0 && first !== undefined && mode === 'required') refuseTool(at, first, whyNot(first));
  return { tools: tools.filter((tool) => allowed.has(tool)), choice: mode };
};

/** The tools of a request by their names, and by their namespaces. */
interface NamedTools {
  readonly tools: ReadonlyMap<unknown, readonly ClientTool[]>;
  readonly namespaces: ReadonlyMap<unknown, readonly ClientTool[]>;
}

const byName = (tools: readonly ClientTool[]): NamedTools => ({
  tools: grouped(tools, ({ name }) => name),
  namespaces: grouped(tools, ({ namespace }) => namespace),
});

const grouped = (tools: readonly ClientTool[], keyOf: (tool: ClientTool) => unknown): Map<unknown, ClientTool[]> => {
  const groups = new Map<unknown, ClientTool[]>();
  for (const tool of tools) {
    const group = groups.get(keyOf(tool));
    if (group === undefined) groups.set(keyOf(tool), [tool]);
    else group.push(tool);
  }
  return groups;
};

/** The tools that an object names: one tool, or those of a namespace. At least one. */
const namedTools = (entry: Fields, named: NamedTools, at: string): readonly ClientTool[] => {
  const { type } = entry;
  // Some clients send the form of chat completions.
  const nested = type === 'function' || type === 'custom' ? entry[type] : undefined;
  const { name, namespace } = isAbsent(nested) ? entry : objectAt(nested, `${at}.${type}`);
  const wanted = textAt(name, `${at}.name`);
  const found = type === 'namespace' ? named.namespaces.get(wanted) : inNamespace(named.tools.get(wanted), namespace);
  return found === undefined || found.length === 0
    ? refuseField(at, `names ${quoted(wanted)}, which is not in "tools"`)
    : found;
};

/** Without a namespace: the tool that has none, or else any. */
const inNamespace = (tools: readonly ClientTool[] = [], namespace: unknown): readonly ClientTool[] => {
  if (!isAbsent(namespace)) return tools.filter((tool) => tool.namespace === namespace);
  const plain = tools.filter((tool) => tool.namespace === undefined);
  return plain.length > 0 ? plain : tools;
};
