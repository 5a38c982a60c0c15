import type { ConversationRules, Repair } from '429chain/plugin';

/** What a refusal says about earlier messages or schemas, and the rules that follow from it, one a repair. */
interface Row {
  readonly says: RegExp;
  readonly rules: readonly ConversationRules[] | ((match: RegExpExecArray) => readonly ConversationRules[]);
  /** Further repairs, of fields. */
  readonly fields?: readonly Repair[];
  readonly why: string;
}

const FIRST: ConversationRules = { system: 'first' };
const JOINED: ConversationRules = { joinNeighbours: true };
const PLAIN: ConversationRules = { plainSchemas: true };

const schemaKeywords = (...names: readonly string[]): readonly Repair[] =>
  ['tools[].function.parameters', 'response_format.json_schema.schema'].flatMap((schema) =>
    names.map((name): Repair => ({ drop: `${schema}.**.${name}` })),
  );

const ROWS: readonly Row[] = [
  {
    says: /\btool[ _-]?calls?[ _]?ids?\b.{0,120}(?:\blength (?:of )?|\{)(?<length>\d{1,2})\b/is,
    rules: ({ groups }) => {
      const length = Number(groups?.length);
      return length === 0 || length > 42
        ? []
        : [{ toolCallIds: { pattern: new RegExp(`^[a-zA-Z0-9]{${length}}$`), length } }];
    },
    why: 'Mistral: "Tool call id was x but must be a-z, A-Z, 0-9, with a length of 9."; its chat templates: "Tool call IDs should be alphanumeric strings with length 9!"',
  },
  {
    says: /\bmissing an? [`'"]?thought_signature|\bthought_signature[`'"]? (?:is )?(?:missing|required)/i,
    rules: [
      {
        callFields: {
          fields: ['extra_content'],
          placeholder: { extra_content: { google: { thought_signature: 'skip_thought_signature_validator' } } },
        },
      },
    ],
    why: 'Gemini: "Function call is missing a thought_signature in functionCall parts."; the value is the documented one for calls that another model made',
  },
  {
    says: /\breasoning_content\b.{0,80}\b(?:must be (?:passed|provided|sent|included)|is missing|is required|missing in)\b/is,
    rules: [{ reasoning: { fields: ['reasoning_content'], placeholder: ' ' } }],
    why: 'DeepSeek: "The `reasoning_content` in the thinking mode must be passed back to the API."; Moonshot: "thinking is enabled but reasoning_content is missing in assistant tool call message at index 2". Moonshot takes an empty text for none',
  },
  {
    says: /\b(?:developer instruction|system (?:role|messages?|prompts?|instructions?))\b.{0,30}\b(?:not (?:supported|enabled|allowed)|unsupported)\b|\b(?:do(?:es)?n['o]t|do(?:es)? not) support (?:the )?system (?:role|messages?|prompts?|instructions?)\b|\brole:? ['"`]?system['"`]? (?:is )?(?:not (?:supported|allowed)|unsupported)\b/is,
    rules: [{ system: 'user' }],
    why: 'Gemma: "System role not supported"; Gemma at Gemini: "Developer instruction is not enabled for models/gemma-3-27b-it"',
  },
  {
    says: /\bsystem (?:message|prompt|role|instruction)s?\b.{0,60}\b(?:must|should|can only|may only|has to|have to|needs? to|only (?:allowed|supported|valid))\b.{0,40}\b(?:first|beginning|start|top|index 0|position 0)\b|\b(?:unexpected|invalid) (?:message )?role:? ['"`]?(?:RoleEnum\.)?system\b/is,
    rules: [FIRST],
    why: 'Qwen templates: "System message must be at the beginning."; Mistral: "Unexpected role \'system\' after role \'tool\'"; MiniMax: "invalid message role: system"',
  },
  {
    says: /\broles? (?:must|should) alternate\b|\b(?:must|should) alternate (?:between )?(?:user|with)\b|\bconsecutive (?:user|assistant|system)? ?(?:messages?|roles?|turns?)\b|\b(?:multiple|two|several) (?:user|assistant) messages? in a row\b/is,
    rules: [FIRST, JOINED],
    why: 'open-weight templates: "Conversation roles must alternate user/assistant/user/assistant/..."; "After the optional system message, conversation roles must alternate"',
  },
  {
    says: /\bunexpected role ['"`]?(?:RoleEnum\.)?(?<role>user|assistant)['"`]? after role ['"`]?(?:RoleEnum\.)?(?<before>\w{1,20})/i,
    rules: ({ groups: { role, before } = {} }) => {
      if (role === before) return [JOINED];
      return role === 'user' && before === 'tool' ? [{ answerAfterTools: true }] : [];
    },
    why: "Mistral models behind vLLM and NIM: \"Unexpected role 'user' after role 'tool'\"",
  },
  {
    says: /\bexpected last role\b.{0,120}\bprefix\b/is,
    rules: [{ lastAssistant: { prefix: true } }],
    why: 'Mistral: "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant"',
  },
  {
    says: /\bshould be non-empty for OBJECT type\b|\bUnknown name "\w{1,40}" at '[^']{0,200}\b(?:parameters|schema)\b[^']{0,200}': Proto field is not repeating\b|\bInvalid value at '[^']{0,200}\b(?:parameters|schema)\b[^']{0,200}'|\bonly allowed for STRING type\b|\bparameters\b.{0,200}\bitems: missing field\b|\brecursive (?:json )?(?:schemas?|\$refs?|references?)\b|\b(?:schemas?|references?|\$refs?)\b.{0,40}\b(?:must|can) ?not be recursive\b/is,
    rules: [PLAIN],
    why: 'Gemini refuses lists of types, empty objects, `enum` of numbers; Cerebras refuses recursive references',
  },
  {
    says: /\bmixed values for ['"`]?strict\b|\bstrict\b.{0,60}\b(?:all tools|same for all|mixed|mix of)\b|\ball tools\b.{0,60}\bstrict\b/is,
    rules: [],
    fields: [{ drop: 'tools[].function.strict' }],
    why: 'Groq, Cerebras: all tools are strict, or none',
  },
  {
    says: /\binvalid schema for function\b/i,
    rules: [],
    fields: [{ replace: 'tools[].function.strict', from: true, to: false }],
    why: 'OpenAI: strict tools need additionalProperties: false and all properties in `required`',
  },
  {
    says: /\binvalid schema for response_format\b/i,
    rules: [],
    fields: [{ replace: 'response_format.json_schema.strict', from: true, to: false }],
    why: 'the same for the form of the answer',
  },
  {
    says: /\b(?:json schema conversion failed|(?:error|failed|unable) (?:to )?pars(?:e|ing) grammar|failed to (?:parse|compile|initialize) (?:the )?grammar|pattern must start with)\b|\bgrammar\b.{0,60}\b(?:is too (?:large|complex)|repetitions?)\b/is,
    rules: [],
    fields: schemaKeywords('pattern', 'format', 'minLength', 'maxLength', 'minItems', 'maxItems'),
    why: "llama.cpp, Ollama: \"JSON schema conversion failed: Pattern must start with '^' and end with '$'\"",
  },
  {
    says: /\b(?:tools?|functions?)\b.{0,80}\bparameters\b.{0,60}\b(?:null|none|must be (?:an? )?(?:object|dict)|valid dictionary)\b/is,
    rules: [],
    fields: [{ replace: 'tools[].function.parameters', from: null, to: { type: 'object', properties: {} } }],
    why: 'Mistral refuses a tool whose parameters are null',
  },
];

/** Returns how to change the earlier messages and the schemas of a request, from what its refusal says. */
export const conversationRepairsIn = (message: string): readonly Repair[] =>
  ROWS.flatMap(({ says, rules, fields = [] }) => {
    const match = says.exec(message);
    if (match === null) return [];
    const found = typeof rules === 'function' ? rules(match) : rules;
    return [...found.map((conversation): Repair => ({ conversation })), ...fields];
  });

/** Keywords that a schema cannot lose. Where one is refused, the whole schema becomes simpler. */
const KEYWORD = /\.\*\*\.(?:\$ref|\$defs|definitions|const|oneOf|anyOf|allOf|type|enum|items)$/;

/** Returns the rule for a refused field that a schema cannot lose; empty for other fields. */
export const schemaRepairs = (fields: Iterable<string>): readonly Repair[] =>
  [...fields].some((field) => KEYWORD.test(field)) ? [{ conversation: PLAIN }] : [];
