import { toolSchema } from '../conversation/tool-schemas.js';
import { type Fields, isAbsent } from '../fields.js';
import { fullTextAt, listAt, type Omitted, objectAt, refuseAt, textAt } from './read-field.js';

/**
 * Tools that run at Anthropic and that a request can do without. Clients offer them beside their own. All other dated
 * tools name the caller's data, or calls in a form that no chat model makes.
 */
const OPTIONAL = /^(?:web_search|web_fetch|code_execution|tool_search_tool\w*?)_\d{8}$/;

/** Anthropic's own tools have a date in their type. */
const DATED = /_\d{8}$/;

const isOwn = ({ type }: Fields): boolean => isAbsent(type) || type === 'custom';

const readTool = (tool: Fields, at: string): Fields => ({
  type: 'function',
  function: {
    name: fullTextAt(tool.name, `${at}.name`),
    ...(isAbsent(tool.description) ? {} : { description: textAt(tool.description, `${at}.description`) }),
    parameters: isAbsent(tool.input_schema) ? toolSchema({}) : readSchema(tool.input_schema, `${at}.input_schema`),
    ...(typeof tool.strict === 'boolean' ? { strict: tool.strict } : {}),
  },
});

const readSchema = (value: unknown, at: string): Fields => {
  const schema = objectAt(value, at);
  const { type } = schema;
  if (!isAbsent(type) && type !== 'object') refuseAt(`${at}.type`, 'Expected object.');
  return toolSchema(schema);
};

/**
 * Returns `tools`, `tool_choice` and `parallel_tool_calls` of a chat completion; none of them if no tool is left.
 * @throws ChainError `unsupported_tool` for a tool of Anthropic's that the request needs; `invalid_request`
 */
export const readTools = ({ tools, tool_choice }: Fields, omitted: Omitted): Fields => {
  const all = isAbsent(tools) ? [] : listAt(tools, 'tools').map((tool, index) => objectAt(tool, `tools.${index}`));
  const choice = isAbsent(tool_choice) ? undefined : objectAt(tool_choice, 'tool_choice');
  const own = all.filter(isOwn);
  for (const [index, { type, name }] of all.entries()) {
    if (isAbsent(type) || type === 'custom') continue;
    const isForced = choice?.type === 'tool' && choice.name === name;
    if (typeof type === 'string' && OPTIONAL.test(type) && own.length > 0 && !isForced) {
      omitted.add(`tools.${index}: ${type} runs at Anthropic only`);
    } else {
      refuseTool(textAt(type, `tools.${index}.type`), `tools.${index}.type`);
    }
  }
  if (own.length === 0) return {};
  return {
    tools: all.flatMap((tool, index) => (isOwn(tool) ? [readTool(tool, `tools.${index}`)] : [])),
    ...(choice === undefined ? {} : readChoice(choice, own)),
  };
};

const refuseTool = (type: string, at: string): never =>
  DATED.test(type)
    ? refuseAt(at, `"${type}" runs at Anthropic only. Send tools with an input_schema.`, 'unsupported_tool')
    : refuseAt(at, 'Expected custom, or no type, with "name", "description" and "input_schema".', 'unsupported_tool');

const CHOICES: Readonly<Record<string, string>> = { auto: 'auto', any: 'required', none: 'none' };

const readChoice = (choice: Fields, tools: readonly Fields[]): Fields => {
  const { type, name, disable_parallel_tool_use: isSingle } = choice;
  const parallel = isSingle === true ? { parallel_tool_calls: false } : {};
  if (typeof type === 'string' && Object.hasOwn(CHOICES, type)) return { tool_choice: CHOICES[type], ...parallel };
  if (type !== 'tool') return refuseAt('tool_choice.type', 'Expected auto, any, tool or none.');
  const forced = textAt(name, 'tool_choice.name');
  if (!tools.some((tool) => tool.name === forced)) refuseAt('tool_choice.name', `No tool is named "${forced}".`);
  return { tool_choice: { type: 'function', function: { name: forced } }, ...parallel };
};
