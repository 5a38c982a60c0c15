import { type Fields, isAbsent } from '../fields.js';
import { listAt, numberAt, type Omitted, objectAt, refuseAt, textAt } from './read-field.js';

/** Fields that tune an answer and have no counterpart in chat completions. */
const OMITTED: Readonly<Record<string, string>> = {
  top_k: 'chat completions do not have it',
  metadata: 'other providers do not get it',
  service_tier: 'it is a tier of Anthropic',
  cache_control: 'providers cache by themselves',
  context_management: 'providers get the whole conversation',
  inference_geo: 'it is a region of Anthropic',
  speed: 'chat completions do not have it',
  safeguards: 'chat completions do not have it',
  diagnostics: 'chat completions do not have it',
  user_profile_id: 'other providers do not get it',
};

/** Stop sequences that chat completions take. */
const MOST_STOPS = 4;

/** The efforts of `output_config`, as `reasoning_effort` names them. */
const EFFORTS: Readonly<Record<string, string>> = {
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'xhigh',
  max: 'xhigh',
};

/** Tokens of a thinking budget, and the effort up to there. */
const BUDGETS = [
  { below: 4_096, effort: 'low' },
  { below: 16_384, effort: 'medium' },
  { below: Number.POSITIVE_INFINITY, effort: 'high' },
] as const;

/** What a request says about its answer, apart from messages and tools. */
export interface Options {
  /** Fields of a chat completion. */
  readonly fields: Fields;
  readonly stops: readonly string[];
  /** The caller wants to see the reasoning. */
  readonly showsThinking: boolean;
}

/** Reads all fields but `model`, `messages`, `system` and those of tools. @throws ChainError `invalid_request` */
export const readOptions = (body: Fields, omitted: Omitted): Options => {
  for (const [name, why] of Object.entries(OMITTED)) if (!isAbsent(body[name])) omitted.add(`${name}: ${why}`);
  checkServerSide(body);
  const max = numberAt(body.max_tokens, 'max_tokens');
  if (max !== undefined && !(Number.isInteger(max) && max >= 1)) {
    refuseAt('max_tokens', 'Expected a whole number, at least 1.');
  }
  const config = isAbsent(body.output_config) ? {} : objectAt(body.output_config, 'output_config');
  const thinking = isAbsent(body.thinking) ? undefined : objectAt(body.thinking, 'thinking');
  if (thinking?.type === 'disabled') omitted.add('thinking disabled: each provider has another word for it');
  const stops = readStops(body.stop_sequences);
  if (stops.length > MOST_STOPS) omitted.add(`stop_sequences: only the first ${MOST_STOPS} are sent`);
  const fields = {
    max_tokens: max,
    temperature: numberAt(body.temperature, 'temperature'),
    top_p: numberAt(body.top_p, 'top_p'),
    stop: stops.length === 0 ? undefined : stops.slice(0, MOST_STOPS),
    response_format: readFormat(config, body),
    reasoning_effort: effortOf(thinking, config),
  };
  return { fields, stops, showsThinking: isShown(thinking) };
};

/** Things that only Anthropic has. */
const checkServerSide = ({ container, mcp_servers }: Fields): void => {
  if (!isAbsent(container)) refuseAt('container', 'Containers run at Anthropic only.');
  if (isAbsent(mcp_servers) || (Array.isArray(mcp_servers) && mcp_servers.length === 0)) return;
  refuseAt('mcp_servers', 'Anthropic alone calls MCP servers. Connect to them in the client, and send their tools.');
};

const readStops = (stops: unknown): readonly string[] =>
  isAbsent(stops)
    ? []
    : listAt(stops, 'stop_sequences')
        .map((stop, index) => textAt(stop, `stop_sequences.${index}`))
        .filter((stop) => stop !== '');

/** `output_config.format`, or `output_format` of older clients. */
const readFormat = (config: Fields, { output_format: older }: Fields): Fields | undefined => {
  const [value, at] = isAbsent(config.format) ? [older, 'output_format'] : [config.format, 'output_config.format'];
  if (isAbsent(value)) return undefined;
  const format = objectAt(value, at);
  if (format.type !== 'json_schema') return refuseAt(`${at}.type`, 'Expected json_schema.');
  const schema = objectAt(format.schema, `${at}.schema`);
  return { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } };
};

const effortOf = (thinking: Fields | undefined, { effort }: Fields): string | undefined => {
  // How a model stops reasoning has another name at each provider, and many models cannot.
  if (thinking?.type === 'disabled') return undefined;
  if (typeof effort === 'string' && Object.hasOwn(EFFORTS, effort)) return EFFORTS[effort];
  if (thinking?.type !== 'enabled') return undefined;
  const budget = numberAt(thinking.budget_tokens, 'thinking.budget_tokens') ?? 0;
  return BUDGETS.find(({ below }) => budget < below)?.effort;
};

const isShown = (thinking: Fields | undefined): boolean =>
  (thinking?.type === 'enabled' || thinking?.type === 'adaptive') && thinking.display !== 'omitted';
