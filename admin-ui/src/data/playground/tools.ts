import { type Fields, fieldsOf, isFields, textOf } from './fields.js';

/** A function that a model may call. */
interface ToolFunction {
  readonly name: string;
  readonly description?: unknown;
  /** JSON Schema of its arguments. */
  readonly parameters: unknown;
}

/** Reads the definition of a function in the form of any protocol. `undefined` for tools of another kind. */
const functionIn = (tool: Fields): ToolFunction | undefined => {
  const inner = isFields(tool.function) ? tool.function : tool;
  const isOther = tool.type !== undefined && tool.type !== 'function' && tool.type !== 'custom';
  if (typeof inner.name !== 'string' || isOther) return undefined;
  const { name, description } = inner;
  const parameters = inner.parameters ?? inner.input_schema ?? { type: 'object', properties: {} };
  return { name, parameters, ...(description === undefined ? {} : { description }) };
};

const written =
  (write: (tool: ToolFunction) => Fields) =>
  (tools: readonly unknown[]): Fields => {
    const all = tools.map((tool) => {
      const found = functionIn(fieldsOf(tool));
      return found === undefined ? tool : write(found);
    });
    return all.length === 0 ? {} : { tools: all };
  };

/** The field `tools` of chat completions. Tools of other kinds stay as they are, here and below. */
export const chatTools = written((tool) => ({ type: 'function', function: tool }));

/** The field `tools` of Responses. */
export const responsesTools = written((tool) => ({ type: 'function', ...tool }));

/** The field `tools` of Messages. */
export const messagesTools = written(({ parameters, ...tool }) => ({ ...tool, input_schema: parameters }));

/** The arguments of a call, indented; as they are if they are not JSON. */
export const legibleArguments = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
};

/** The arguments of a call as an object. */
export const argumentsOf = (text: string): Fields => {
  try {
    return fieldsOf(JSON.parse(textOf(text)));
  } catch {
    return {};
  }
};
