import { type ErrorFacts, errorField, type Repair } from '429chain/plugin';

/** Fields of the body and of messages that a request cannot do without. */
const ESSENTIAL = new Set([
  'model',
  'messages',
  'stream',
  'tools',
  'tool_choice',
  'response_format',
  'prompt',
  'input',
  ...['role', 'content', 'tool_calls', 'tool_call_id'].map((key) => `messages[].${key}`),
]);

/** The two names of the limit on answer tokens: if one is refused, the other is tried before the limit is dropped. */
const OTHER_NAME: Readonly<Record<string, string>> = {
  max_tokens: 'max_completion_tokens',
  max_completion_tokens: 'max_tokens',
};

const MOST = 16;
const FIELD = /^[a-z][a-z0-9_]{0,63}$/i;
/** FastAPI puts the role that it tried between a message's index and its field. */
const BRANCH = /^(?:assistant|user|system|tool|developer|function)$|Message/;
const REFUSED_TYPE = /^(?:extra_forbidden|value_error\.extra|literal_error|enum)$/;
const REFUSED_CODE = new Set(['unsupported_parameter', 'unknown_parameter', 'unsupported_value']);
const REFUSED_WORDS = /\b(?:unsupported|unknown|unrecognized|not supported|not permitted|extra)\b/i;

/** Sentences that name a refused field. Quantifiers are bounded because the input may be hostile. */
const SENTENCES: readonly RegExp[] = [
  // Gemini: Unknown name "x" at 'messages[0]': Cannot find field.
  /\bUnknown name "(?<name>\w{1,64})"(?: at '(?<at>[^']{1,200})')?: Cannot find field/g,
  // Groq: ('messages.2' : property 'x' is unsupported). Cerebras: property 'messages.1.assistant.x' is unsupported.
  /(?:'(?<at>messages\.\d{1,6})' : )?\bproperty '(?<name>[\w.[\]]{1,200})' is unsupported/g,
  // OpenAI: Unsupported parameter: 'x'. Unsupported value: 'x' does not support 0.2 with this model.
  /\b(?:Unsupported|Unknown) (?:parameter|value): '(?<name>[\w.[\]]{1,200})'/g,
  // OpenAI: Unrecognized request argument supplied: x
  /\bUnrecognized request arguments? supplied: (?<names>\w{1,64}(?:, \w{1,64}){0,15})/g,
  /(?<!\bproperty )[`'"](?<name>\w{1,64})[`'"] is (?:not supported|unsupported)\b/g,
];
const INSTEAD = /\bUse '(?<to>\w{1,64})' instead\b/;

/** How to change a request so that the fields that a refusal names are dropped or renamed. Essential fields stay. */
export const repairsIn = (facts: ErrorFacts): Repair[] => {
  const fields = new Set([...detailed(facts), ...said(facts.message), ...parameter(facts)]);
  const instead = INSTEAD.exec(facts.message)?.groups?.to;
  return [...fields]
    .filter((field) => !ESSENTIAL.has(field))
    .slice(0, MOST)
    .map((field): Repair => {
      const to = OTHER_NAME[field] ?? (fields.size === 1 ? instead : undefined);
      return to === undefined ? { drop: field } : { rename: field, to };
    });
};

/** FastAPI: `loc: ["body", "messages", 1, "assistant", "reasoning_content"]`. */
const detailed = ({ details }: ErrorFacts): string[] =>
  details.flatMap(({ loc, type }) => {
    if (!Array.isArray(loc) || typeof type !== 'string' || !REFUSED_TYPE.test(type)) return [];
    return fieldAt(loc[0] === 'body' ? loc.slice(1) : loc);
  });

const said = (message: string): string[] =>
  SENTENCES.flatMap((sentence) =>
    [...message.matchAll(sentence)].flatMap(({ groups = {} }) => {
      if (groups.names !== undefined) return groups.names.split(', ').flatMap((name) => fieldAt([name]));
      return fieldAt([...partsOf(groups.at), ...partsOf(groups.name)]);
    }),
  );

const parameter = (facts: ErrorFacts): string[] => {
  const { param, message } = facts;
  if (param === undefined) return [];
  const refused =
    REFUSED_CODE.has(String(errorField(facts, 'code'))) || (REFUSED_WORDS.test(message) && message.includes(param));
  return refused ? fieldAt(partsOf(param)) : [];
};

/** `messages[2].name` and `messages.2.assistant.name` → `messages`, `2`, …, `name`. */
const partsOf = (path: string | undefined): string[] => (path ?? '').split(/[.[\]]/).filter((part) => part !== '');

/** The field that a path names, as a repair needs it. Empty for a field deeper than a message, or inside an essential field. */
const fieldAt = (path: readonly unknown[]): string[] => {
  const [top, index, ...rest] = path.map(String);
  if (top === undefined || !FIELD.test(top)) return [];
  if (top !== 'messages') return [top];
  const field = rest.length === 2 && BRANCH.test(rest[0] as string) ? rest[1] : rest[0];
  const reachable = /^\d+$/.test(index ?? '') && rest.length <= 2 && (rest.length === 1 || field === rest[1]);
  return reachable && field !== undefined && FIELD.test(field) ? [`messages[].${field}`] : [];
};
