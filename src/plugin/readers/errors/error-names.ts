/** The names that fields of error bodies have. All patterns are for names as `plainName` returns them. */

const LONGEST_NAME = 64;

/** A key without case and separators: `error_code`, `errorCode` and `Error-Code` → `errorcode`. Empty for long keys. */
export const plainName = (key: string): string =>
  key.length > LONGEST_NAME ? '' : key.toLowerCase().replace(/[^a-z0-9]/g, '');

/** Keys whose values may contain the prompt or a model's answer. Nothing in them or below them is read. */
const PRIVATE: ReadonlySet<string> = new Set([
  ...['answer', 'arguments', 'assistant', 'candidates', 'chat', 'choices', 'completion', 'completions', 'content'],
  ...['contents', 'conversation', 'ctx', 'delta', 'document', 'documents', 'failedgeneration', 'flaggedinput'],
  ...['functioncall', 'generatedtext', 'generation', 'generations', 'history', 'input', 'inputs', 'inputtext'],
  ...[
    'instructions',
    'messages',
    'modeloutput',
    'output',
    'outputs',
    'outputtext',
    'parts',
    'prompt',
    'prompts',
    'query',
  ],
  ...['rawoutput', 'reasoning', 'reasoningcontent', 'request', 'requestbody', 'sample', 'snippet', 'system'],
  ...[
    'systemprompt',
    'text',
    'thinking',
    'toolcalls',
    'tools',
    'transcript',
    'user',
    'userinput',
    'usermessage',
    'value',
  ],
]);

/** Keys that describe other attempts of a router, or code of the server: neither is this error. */
const UNRELATED: ReadonlySet<string> = new Set([
  ...['previouserrors', 'stack', 'stacktrace', 'trace', 'traceback', 'usage', 'headers'],
]);

/** Whether a reader of errors skips this field with all that it contains. */
export const isSkipped = (name: string): boolean => PRIVATE.has(name) || UNRELATED.has(name);

const ERROR = '(?:error|err|exception|fault|failure|problem)';

/** Keys of words for people, from the most to the least specific. */
const WORDS: readonly RegExp[] = [
  // message, msg, error_message, errorMessage, err_msg, status_msg, displayMessage
  new RegExp(
    `^(?:${ERROR}|status|display|developer|internal|localized|public|server|api|detailed|full|short|return|ret|resp)?(?:message|msg)(?:text|string|en)?$`,
  ),
  // detail, details, description, error_description, faultstring, raw
  new RegExp(
    `^(?:(?:${ERROR}|status)(?:description|desc|details?|reason|explanation|info|text|string|summary)|description|desc|details?|explanation|cause|raw)$`,
  ),
  // error, errors, fault: "error": "model not found"
  new RegExp(`^${ERROR}s?$`),
  // title, reason, statusText
  /^(?:title|reason|statustext|reasonphrase|summary)$/,
];

/** How specific the words under a name are: 0 for `message`, 3 for `title`; `undefined` if the name has no words. */
export const rankOfWords = (name: string): number | undefined => {
  const rank = WORDS.findIndex((names) => names.test(name));
  return rank === -1 ? undefined : rank;
};

/** The least specific rank: a title, or a reason. */
export const TITLE_RANK = 3;

const ENVELOPE = new RegExp(
  `${ERROR}|^(?:response|resp|result|results|data|body|payload|baseresp|message|msg|detail|cause|upstream|raw|status)$`,
);

/** Whether an object under this name is the error itself and not something about it, such as `metadata` or `links`. */
export const isEnvelope = (name: string): boolean => ENVELOPE.test(name);

/** Whether an object with these fields is an error and not, say, the arguments of a tool that a message quotes. */
export const isErrorJson = (names: readonly string[]): boolean =>
  names.some((name) => ERROR_NAME.test(name)) ||
  (names.some((name) => (rankOfWords(name) ?? TITLE_RANK) < TITLE_RANK) &&
    names.some((name) => isCode(name) || STATUS_NAMES.some((status) => status.test(name))));

const ERROR_NAME = new RegExp(`^${ERROR}(?:s|message|msg|code|description|details?)?$`);

/** Whether text under this name may be JSON of an error: `body`, `raw` and all names of words. `response` holds answers. */
export const mayHoldJson = (name: string): boolean =>
  name === 'body' || mayHoldAnswer(name) || rankOfWords(name) !== undefined;

/** Whether JSON text under this name may also be an answer. */
export const mayHoldAnswer = (name: string): boolean => name === 'data' || name === 'payload' || name === 'result';

/** Whether an object under this name may list problems by field: `{"errors": {"model": ["is invalid"]}}`. */
export const mayListFields = (name: string): boolean => /^(?:errors?|fielderrors|validationerrors)$/.test(name);

const CODE = new RegExp(
  `^(?:(?:${ERROR}|provider|upstream|sub|inner|biz|ret|return|result|response|internal|api|service|native)*(?:code|type)|${ERROR}(?:name|kind|subtype|no)|status|reason|limitsource|quotaid)$`,
);

/** Whether the value under this name is a name of the error for programs. */
export const isCode = (name: string): boolean => CODE.test(name);

/** Keys of an HTTP status, the surest first. */
export const STATUS_NAMES: readonly RegExp[] = [
  /^(?:raw|http|response|error|upstream){0,2}status(?:code)?$|^http(?:response)?code$/,
  /^(?:error|err)?code$/,
];

/** Keys of the field of the request that is at fault. */
export const PARAM_NAMES = /^(?:param|parameter)$/;
