import { type ErrorFacts, errorField, isEssential, type Repair } from '429chain/plugin';
import { conversationRepairsIn, schemaRepairs } from './conversation-repairs.js';
import { fieldAt, partsOf } from './field-paths.js';

/** The two names of the limit on answer tokens: if one is refused, the other is tried before the limit is dropped. */
const OTHER_NAME: Readonly<Record<string, string>> = {
  max_tokens: 'max_completion_tokens',
  max_completion_tokens: 'max_tokens',
};

const MOST = 16;
const REFUSED_TYPE = /^(?:extra_forbidden|value_error\.extra|literal_error|enum|unrecognized_keys)$/;
const REFUSED_CODE = new Set(['unsupported_parameter', 'unknown_parameter', 'unsupported_value', 'invalid_value']);
const REFUSED_WORDS =
  /\b(?:unsupported|unknown|unrecognized|unexpected|not (?:supported|permitted|allowed)|does not support|extra)\b/i;

/** A name in quotes, or a word that only a program would write. */
const NAME = String.raw`[\w$.[\]-]{1,200}`;
const QUOTED = String.raw`[\`'"\u2018](?<name>${NAME})[\`'"\u2019]`;
const BARE = String.raw`(?<![\w.])(?<name>[a-z]\w{0,63}(?:[_.[\]]\w{0,64}){1,12})`;
const REFUSED = String.raw`(?:is|are|was) (?:not (?:supported|permitted|allowed|accepted|recognized|a (?:valid|known|recognized)\b)|unsupported|unexpected|unknown|unrecognized|disallowed|forbidden)`;

/** Sentences that name a refused field. Quantifiers are bounded because the input may be hostile. */
const SENTENCES: readonly RegExp[] = [
  // Gemini: Unknown name "x" at 'messages[0]': Cannot find field.
  String.raw`\bUnknown name "(?<name>[\w$]{1,64})"(?: at '(?<at>[^']{1,200})')?: Cannot find field`,
  // Groq: ('messages.2' : property 'x' is unsupported). Cerebras: property 'messages.1.assistant.x' is unsupported.
  String.raw`(?:'(?<at>messages\.\d{1,6}[\w.]{0,100})' : )?\bproperty '(?<name>${NAME})' is (?:unsupported|not (?:supported|allowed))`,
  // OpenAI: Unsupported parameter: 'x'. Unsupported value: 'x' does not support 0.2 with this model.
  String.raw`\b(?:Unsupported|Unknown|Unrecognized|Unexpected|Extra|Extraneous|Invalid) (?:request )?(?:parameter|argument|value|field|property|key)(?:s|\(s\))?(?: for)?:? ${QUOTED}`,
  // OpenAI: Unrecognized request argument supplied: x
  String.raw`\b(?:Unrecognized|Unknown|Unsupported|Unexpected) (?:request )?(?:argument|parameter|field)s?(?: supplied)?: (?<names>\w{1,64}(?:, \w{1,64}){0,15})`,
  // Zod: Unrecognized key(s) in object: 'x', 'y'
  String.raw`\bUnrecognized key(?:s|\(s\))?(?: in object)?: (?<names>['"]\w{1,64}['"](?:, ['"]\w{1,64}['"]){0,15})`,
  // JSON Schema: Additional properties are not allowed ('x', 'y' were unexpected)
  String.raw`\bAdditional properties are not allowed \((?<names>['"]\w{1,64}['"](?:, ['"]\w{1,64}['"]){0,15}) (?:was|were) unexpected`,
  // Go: json: unknown field "x". Rust: unknown field \`x\`, expected one of …
  String.raw`\bunknown (?:field|key|variant) ${QUOTED}`,
  // x: Extra inputs are not permitted. x: extra fields not permitted
  `${BARE}:? (?:Extra inputs are not permitted|extra fields not permitted)`,
  String.raw`(?<![\w.])(?<name>[a-z]\w{0,63}(?:[_.[\]]\w{0,64}){0,12}): (?:Extra inputs are not permitted|extra fields not permitted)`,
  String.raw`(?<!\bproperty |argument:? |parameter: )${QUOTED}:? (?:parameter |field |property )?${REFUSED}`,
  `${BARE} (?:parameter |field |property )?${REFUSED}`,
  // SiliconFlow: current model does not support parameter \`enable_thinking\`.
  String.raw`\bdo(?:es)? not (?:support|accept|allow|recognize)(?: the)?(?: use of)?(?: parameter| field| property| argument)? ${QUOTED}`,
  String.raw`\bdo(?:es)? not (?:support|accept|allow|recognize) (?:(?:the )?(?:parameter|field|property|argument) )?${BARE}`,
  String.raw`\bunexpected keyword argument ${QUOTED}`,
].map((source) => new RegExp(source, 'gi'));

const INSTEAD = /\bUse ['"`](?<to>\w{1,64})['"`] instead\b/i;

/** How to change a request so that a provider accepts it, from what its refusal says. Essential fields stay. */
export const repairsIn = (facts: ErrorFacts): Repair[] => {
  const values = [...conversationRepairsIn(facts.message), ...valuesIn(facts.message)];
  if (values.length > 0) return values;
  const fields = new Set([...detailed(facts), ...said(facts.message), ...parameter(facts)]);
  const simpler = schemaRepairs(fields);
  const instead = INSTEAD.exec(facts.message)?.groups?.to;
  const dropped = [...fields]
    .filter((field) => !isEssential(field) && !isNamedFully(field, fields))
    .slice(0, MOST)
    .map((field): Repair => {
      const to = OTHER_NAME[field] ?? (fields.size === 1 ? instead : undefined);
      return to === undefined ? { drop: field } : { rename: field, to };
    });
  return [...simpler, ...dropped];
};

/** The refusal also says where the field is. */
const isNamedFully = (field: string, fields: ReadonlySet<string>): boolean =>
  [...fields].some((other) => other.endsWith(`.${field}`));

/** Refusals of a value, and the value that means the same. */
const VALUES: readonly { readonly says: RegExp; readonly repairs: readonly Repair[] }[] = [
  {
    says: /['"`]?\bdeveloper\b['"`]?.{0,100}\b(?:role|not (?:supported|one of|a valid)|unknown variant|invalid)|\b(?:role|unknown variant|invalid value)\b.{0,100}['"`]?\bdeveloper\b/is,
    repairs: [{ replace: 'messages[].role', from: 'developer', to: 'system' }],
  },
  {
    says: /['"`](?:array|list)['"`] not in ['"`]string['"`]|\bcontent\b.{0,60}\b(?:must be|should be|expected|is not) (?:a |of type |type |an? valid )?(?:plain )?['"`]?str(?:ing)?\b|\bcontent\b.{0,100}\binvalid type: sequence, expected a string\b|\bexpected (?:a )?string\b.{0,40}\b(?:received|got|but found) (?:an? )?(?:array|list)\b/is,
    repairs: [{ flatten: 'messages[].content' }, { replace: 'messages[].content', from: null, to: '' }],
  },
  {
    says: /\bcontent\b.{0,80}\b(?:null|none|nil)\b|['"`]null['"`] not in ['"`]string['"`]|\b(?:null|none)\b.{0,40}\bcontent\b/is,
    repairs: [{ replace: 'messages[].content', from: null, to: '' }],
  },
];

const valuesIn = (message: string): Repair[] =>
  VALUES.filter(({ says }) => says.test(message)).flatMap(({ repairs }) => repairs);

/** FastAPI: `loc: ["body", "messages", 1, "assistant", "reasoning_content"]`. */
const detailed = ({ details, layers }: ErrorFacts): string[] =>
  [...details, ...layers.flatMap(({ errors, issues }) => [...listOf(errors), ...listOf(issues)])].flatMap((item) => {
    const { loc, path, type, code, keys } = item;
    const place = Array.isArray(loc) ? loc : path;
    if (!Array.isArray(place) || !REFUSED_TYPE.test(String(type ?? code))) return [];
    const names = Array.isArray(keys) ? keys : [];
    return names.length === 0 ? fieldAt(place) : names.flatMap((name: unknown) => fieldAt([...place, name]));
  });

const listOf = (value: unknown): Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.slice(0, 100).filter((item) => typeof item === 'object' && item !== null) : [];

const said = (message: string): string[] =>
  SENTENCES.flatMap((sentence) =>
    [...message.matchAll(sentence)].flatMap(({ groups = {} }) => {
      if (groups.names !== undefined) {
        return groups.names.split(', ').flatMap((name) => fieldAt([name.replaceAll(/['"]/g, '')]));
      }
      return fieldAt([...partsOf(groups.at), ...partsOf(groups.name)]);
    }),
  );

const parameter = (facts: ErrorFacts): string[] => {
  const { param, message } = facts;
  if (param === undefined) return [];
  const code = String(errorField(facts, 'code'));
  // An invalid bound is the caller's mistake: without one, the answer could be of any length.
  if (code === 'invalid_value' && param in OTHER_NAME) return [];
  const refused = REFUSED_CODE.has(code) || (REFUSED_WORDS.test(message) && message.includes(param));
  return refused ? fieldAt(partsOf(param)) : [];
};
