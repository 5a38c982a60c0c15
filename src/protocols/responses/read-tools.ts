import { type Fields, isAbsent, listAt, objectAt, present, refuseField, textAt } from '../fields.js';

/** The fields of a tool that are inside `function` or `custom` in a chat completion. */
const nested = (tool: Fields, kind: 'function' | 'custom', at: string): Fields => {
  if (!isAbsent(tool[kind])) return { type: kind, [kind]: objectAt(tool[kind], `${at}.${kind}`) };
  const { type: _, ...rest } = tool;
  return { type: kind, [kind]: present({ ...rest, name: textAt(tool.name, `${at}.name`) }) };
};

const readTool = (value: unknown, at: string): Fields => {
  const tool = objectAt(value, at);
  if (tool.type === 'function' || tool.type === 'custom') return nested(tool, tool.type, at);
  return refuseField(`${at}.type`, `is ${JSON.stringify(tool.type)}, a tool that chat completions do not have`);
};

/** Returns the tools of a chat completion. @throws ChainError `invalid_request` for tools that run at OpenAI */
export const readTools = (tools: unknown): readonly Fields[] =>
  listAt(tools, 'tools').map((tool, index) => readTool(tool, `tools[${index}]`));

/** Returns the `tool_choice` of a chat completion. @throws ChainError `invalid_request` */
export const readToolChoice = (choice: unknown): unknown => {
  if (typeof choice === 'string') return choice;
  const fields = objectAt(choice, 'tool_choice');
  if (fields.type !== 'allowed_tools') return readTool(fields, 'tool_choice');
  if (!isAbsent(fields.allowed_tools)) return fields;
  const tools = listAt(fields.tools, 'tool_choice.tools');
  return {
    type: 'allowed_tools',
    allowed_tools: {
      mode: fields.mode,
      tools: tools.map((tool, index) => readTool(tool, `tool_choice.tools[${index}]`)),
    },
  };
};
