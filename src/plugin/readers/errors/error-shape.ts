import { entriesOf, type Fields, isFields } from '../../fields.js';
import { plainName, rankOfWords } from './error-names.js';

/** Names of an error, as they are written. */
const ERROR = /^_?(?:errors?|err|fault|exception|failure)$/i;
/** Their first characters: nearly all fields of answers begin with another one. */
const ERROR_STARTS: ReadonlySet<string | undefined> = new Set('_eEfF');
/** Fields that say what an object is: `{"object":"error"}`, `{"type":"error"}`, `{"event":"error"}`. */
const MARKS: ReadonlySet<string> = new Set(['object', 'type', 'event', 'status', 'state', 'kind']);
const FAILED = /^(?:\w{0,30}_|response\.)?(?:error|fail|failed|failure|exception)$/i;
/** `error_msg`, `errorCode`, `err_msg`. */
const ABOUT_ERROR = /^(?:error|err|fault|exception)[a-z]+$/;
const STATUS = /^(?:http)?status(?:code)?$/;
/** Words and numbers that mean that nothing is wrong. */
const NOTHING = /^(?:null|none|nil|false|0|2\d\d|ok|success(?:ful(?:ly)?)?|succeeded|done)?$/i;
/** A status beside a message that says how far the work is: `{"status":"queued","message":"…"}`. */
const PROGRESS =
  /^(?:[a-z_]{0,30}ing|[a-z_]{0,30}progress|queued|started|accepted|created|scheduled|completed?|ready|alive)$/;

/** Objects around a whole answer, or around an error, as `plainName` returns their names. */
const ENVELOPES: ReadonlySet<string> = new Set([
  'data',
  'response',
  'result',
  'body',
  'output',
  'header',
  'meta',
  'status',
]);
/** Objects beside an answer that say how it went: `{"header": {"code": 10013, "message": …}}` (Spark, Clarifai). */
const HEADS: ReadonlySet<string> = new Set(['header', 'meta', 'status']);
const LONGEST_JSON = 64 * 1024;
const MOST_LISTS = 3;

/** Fields that an answer of a model has, in any protocol. Empty ones prove nothing: an error may have `choices: []`. */
const ANSWER: ReadonlySet<string> = new Set([
  ...['candidates', 'choices', 'completion', 'content', 'delta', 'embedding', 'embeddings', 'generatedtext', 'images'],
  ...['audio', 'output', 'outputtext', 'response', 'results', 'text', 'toolcalls', 'transcript'],
]);

/**
 * Whether a value that was parsed from JSON is an error and not an answer, by its structure alone, whatever the status was:
 * an `error` that says something (also beside `choices`, as in the last chunk of a broken stream), or, without any answer, other
 * fields of errors: `errors`, `detail`, `object: "error"`, `success: false`, a status of 400 or more, a message with a code.
 * `error: null` and empty choices are no error. Text is no error.
 * @see readErrorBody for what the error says
 */
export const isErrorBody = (value: unknown): boolean => errorIn(value) !== undefined;

/**
 * Finds an error in a whole answer or a chunk by its structure, in any protocol. The one place that distinguishes errors from
 * answers.
 * @returns an object whose field `error` is the error, for `readErrorBody`; `undefined` if there is none
 */
export const errorIn = (value: unknown): Fields | undefined => {
  let answer = value;
  // Gemini's error is in a list.
  for (let depth = 0; depth < MOST_LISTS && Array.isArray(answer); depth++) [answer] = answer;
  if (!isFields(answer)) return undefined;
  const { choices } = answer;
  const named = namedError(answer);
  if (named !== undefined || (Array.isArray(choices) && choices.some(isFields))) return named ?? inChoices(choices);
  return inEnvelope(answer) ?? (isError(answer) ? { error: answer } : undefined);
};

/**
 * Finds an error that has a name or a mark of its own, also beside an answer. In answers of other protocols than OpenAI's, nothing
 * else is certain.
 * @returns as `errorIn`
 */
export const namedError = (answer: Fields): Fields | undefined => {
  for (const key in answer) {
    if (ERROR_STARTS.has(key[0]) && ERROR.test(key) && says(answer[key]))
      return key === 'error' ? answer : { error: answer };
  }
  const { object, type, event, base_resp: base } = answer;
  if (isFields(base) && isSaid(base.status_code)) return { error: base };
  return object === 'error' || type === 'error' || event === 'error' ? { error: answer } : undefined;
};

/** Returns an error as an object with the field `error`, whatever carries it: an SSE event named `error`, or a field. */
export const asError = (value: unknown): Fields =>
  (isFields(value) ? namedError(value) : undefined) ?? { error: value };

const inChoices = (choices: unknown): Fields | undefined => {
  for (const choice of choices as readonly unknown[]) {
    if (!isFields(choice)) continue;
    for (const part of [choice, choice.delta, choice.message]) {
      if (isFields(part) && says(part.error)) return { error: part.error };
    }
  }
  return undefined;
};

const inEnvelope = (answer: Fields): Fields | undefined => {
  for (const [name, value] of namesOf(answer)) {
    if (!ENVELOPES.has(name)) continue;
    const inner = name === 'body' ? parsed(value) : value;
    // Readers of errors skip `output`, which may be an answer.
    if (isFields(inner) && isFailedPart(name, inner)) return { ...answer, error: inner };
  }
  return undefined;
};

const isFailedPart = (name: string, inner: Fields): boolean => {
  if (namedError(inner) !== undefined) return true;
  if (isPresent(inner.choices)) return false;
  const fields = namesOf(inner);
  const isCoded = HEADS.has(name) && isSaid(inner.code) && fields.some(saysWords);
  return isCoded || fields.some(isSureSign);
};

const saysWords = ([name, value]: Field): boolean => (rankOfWords(name) ?? 9) < 2 && says(value);

type Field = readonly [name: string, value: unknown];

const namesOf = (value: Fields): readonly Field[] => entriesOf(value).map(([key, each]) => [plainName(key), each]);

/** An error without a name. It has no choices. */
const isError = (value: Fields): boolean => {
  const fields = namesOf(value);
  return fields.some(isSureSign) || (!isAnswer(value, fields) && fields.some((field) => isSign(field, value)));
};

const isAnswer = (value: Fields, fields: readonly Field[]): boolean =>
  // Ollama and Cohere: the message is a turn of the conversation.
  (isFields(value.message) && typeof value.message.role === 'string') ||
  (Array.isArray(value.data) && value.data.length > 0) ||
  fields.some(
    ([name, each]) =>
      (ANSWER.has(name) && isPresent(each)) || (ENVELOPES.has(name) && isFields(each) && isPresent(each.choices)),
  );

/** Whether one field shows an error, also beside parts of an answer. */
const isSureSign = ([name, value]: Field): boolean => {
  if (name === 'success' || name === 'ok') return value === false;
  if (MARKS.has(name) && typeof value === 'string' && FAILED.test(value)) return true;
  return (name === 'code' || STATUS.test(name)) && /^[45]\d\d(?:\s|$)/.test(String(value).slice(0, 50));
};

/** Whether one field of an object that is not an answer shows that it is an error. */
const isSign = ([name, value]: Field, { status, object }: Fields): boolean => {
  // An `error` without words: a chunk may have one too.
  if (name === 'error') return object === undefined && (value === '' || isFields(value));
  if (ABOUT_ERROR.test(name) || name === 'detail') return says(value);
  if (name === 'code') return isSaid(value);
  // Cohere: {"id", "message"}
  return rankOfWords(name) === 0 && says(value) && !isProgress(status);
};

const isProgress = (status: unknown): boolean =>
  typeof status === 'string' && (PROGRESS.test(status) || NOTHING.test(status));

/** Whether a value says that there is an error: text other than a placeholder, true, a code, or an object or list with one of these. */
const says = (value: unknown, depth = 0): boolean => {
  if (typeof value !== 'object' || value === null) return isSaid(value);
  if (depth > 3) return true;
  return entriesOf(value as Fields).some(([, each]) => says(each, depth + 1));
};

const isSaid = (value: unknown): boolean =>
  value === true || ((typeof value === 'string' || typeof value === 'number') && !NOTHING.test(String(value).trim()));

const isPresent = (value: unknown): boolean =>
  typeof value === 'string' || Array.isArray(value)
    ? value.length > 0
    : isFields(value) && Object.keys(value).length > 0;

/** A body that a gateway quotes as JSON text. */
const parsed = (body: unknown): unknown => {
  if (typeof body !== 'string' || body.length > LONGEST_JSON || !body.startsWith('{')) return body;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
};
