import { type Fields, isFields, type ProtocolCall } from '429chain/plugin';
import { objectsAt, refuse } from './fields.js';

/** Ollama's `options` that chat completions have, and their names there. */
const OPTIONS: Readonly<Record<string, string>> = {
  temperature: 'temperature',
  top_p: 'top_p',
  seed: 'seed',
  stop: 'stop',
  num_predict: 'max_tokens',
  presence_penalty: 'presence_penalty',
  frequency_penalty: 'frequency_penalty',
};

const EFFORTS: readonly unknown[] = ['low', 'medium', 'high'];
/** Fields that say how long a model stays in memory and how its prompt is cut: without meaning here. */
const WITHOUT_MEANING: readonly string[] = ['keep_alive', 'truncate', 'shift'];

/** What `/api/chat` and `/api/generate` have in common. */
export interface Settings {
  /** Fields of a chat completion. */
  readonly fields: Fields;
  readonly omitted: readonly string[];
  readonly showsThinking: boolean;
}

/**
 * Reads the model, the options, the format, the tools and the thinking of a request.
 * @param known the fields that the caller of this function reads
 * @throws ChainError for a field that cannot be carried out
 */
export const settingsOf = (body: Fields, call: ProtocolCall, known: readonly string[]): Settings => {
  const { model, stream, format, options, think, tools, logprobs, top_logprobs, ...rest } = body;
  const omitted: string[] = [];
  const sent = objectsAt(tools, 'tools').map(toolAt);
  const fields = {
    model: modelIn(model, call),
    stream: stream !== false,
    ...optionsIn(options, omitted),
    ...formatIn(format),
    ...thinkIn(think, omitted),
    ...(sent.length > 0 ? { tools: sent } : {}),
  };
  if (logprobs === true) omitted.push('logprobs: not passed on');
  const others = Object.keys(rest).filter((name) => !known.includes(name) && !WITHOUT_MEANING.includes(name));
  for (const name of others) omitted.push(`${name}: chat completions do not have it`);
  return { fields, omitted, showsThinking: think !== false };
};

/** Clients of Ollama add `:latest` to names without a tag. */
const modelIn = (model: unknown, call: ProtocolCall): unknown => {
  if (typeof model !== 'string' || !model.endsWith(':latest')) return model;
  return call.models().some(({ id }) => id === model) ? model : model.slice(0, -':latest'.length);
};

const optionsIn = (options: unknown, omitted: string[]): Fields => {
  if (options === undefined || options === null) return {};
  if (!isFields(options)) return refuse('options', 'Expected an object.');
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null) continue;
    const target = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
    if (target === undefined) omitted.push(`options.${name}: chat completions do not have it`);
    // -1 and -2 mean no bound.
    else if (name !== 'num_predict' || (typeof value === 'number' && value > 0)) fields[target] = value;
  }
  return fields;
};

const formatIn = (format: unknown): Fields => {
  if (format === undefined || format === null || format === '') return {};
  if (format === 'json') return { response_format: { type: 'json_object' } };
  if (!isFields(format)) return refuse('format', "Expected 'json' or a JSON Schema.");
  return { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: format } } };
};

const thinkIn = (think: unknown, omitted: string[]): Fields => {
  if (think === true) return { reasoning_effort: 'medium' };
  if (think === 'max') return { reasoning_effort: 'high' };
  if (EFFORTS.includes(think)) return { reasoning_effort: think };
  // How a model stops reasoning has another name at each provider, and many models cannot.
  if (think === false)
    omitted.push('think: the reasoning is left out of the answer, and the model may reason all the same');
  else if (think !== undefined && think !== null) refuse('think', 'Expected true, false, low, medium, high or max.');
  return {};
};

const toolAt = (tool: Fields, index: number): Fields => {
  const { function: described } = tool;
  if (!isFields(described) || typeof described.name !== 'string') {
    return refuse(`tools[${index}].function.name`, 'Expected the name of a tool.');
  }
  const { name, description, parameters } = described;
  return {
    type: 'function',
    function: {
      name,
      ...(typeof description === 'string' ? { description } : {}),
      ...(isFields(parameters) ? { parameters } : {}),
    },
  };
};
