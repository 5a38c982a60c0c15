import { entriesOf, type Fields, isFields } from '../fields.js';
import { isCode, plainName, rankOfWords } from './error-names.js';

/** Fields that an answer of a model has, in any protocol. Empty ones prove nothing: an error may have `choices: []`. */
const ANSWER: ReadonlySet<string> = new Set([
  ...['candidates', 'choices', 'completion', 'content', 'delta', 'embedding', 'embeddings', 'generatedtext', 'images'],
  ...['audio', 'output', 'outputtext', 'response', 'results', 'text', 'toolcalls', 'transcript'],
]);

const EXPLICIT = /^(?:error|errors|err|fault|exception|failure)$/;
const NAMED = /^(?:error|err|fault|exception)[a-z]+$/;
const FAILED = /^(?:error|failed|failure|fail|exception)$|^response\.failed$/i;
const SUCCESS_CODES: ReadonlySet<unknown> = new Set([0, '0', 200, '200', '', 'ok', 'OK', 'success', 'SUCCESS', null]);
/** Objects around a whole answer, with the error inside. */
const AROUND = ['response', 'data', 'result', 'body'] as const;

/**
 * Whether a value that was parsed from JSON is an error and not an answer, by its structure alone, whatever the status was:
 * an `error` that says something (also beside `choices`, as in the last chunk of a broken stream), or, without any answer, other
 * fields of errors: `errors`, `detail`, `object: "error"`, `success: false`, a status of 400 or more, a message with a code.
 * `error: null` and empty choices are no error. Text is no error.
 * @see readErrorBody for what the error says
 */
export const isErrorBody = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.length > 0 && isErrorBody(value[0]);
  if (!isFields(value)) return false;
  const fields = entriesOf(value).map(([key, each]): Field => [plainName(key), each]);
  if (fields.some(([name, each]) => EXPLICIT.test(name) && says(each))) return true;
  if (Array.isArray(value.choices) && value.choices.some((choice) => isFields(choice) && says(choice.error)))
    return true;
  if (AROUND.some((key) => isFields(value[key]) && says((value[key] as Fields).error))) return true;
  return !isAnswer(value, fields) && fields.some((field) => isSign(field, fields));
};

type Field = readonly [name: string, value: unknown];

const isAnswer = ({ object, message, data }: Fields, fields: readonly Field[]): boolean =>
  (typeof object === 'string' && object !== 'error') ||
  // Ollama and Cohere: the message is a turn of the conversation.
  (isFields(message) && typeof message.role === 'string') ||
  (Array.isArray(data) && data.length > 0) ||
  fields.some(([name, value]) => ANSWER.has(name) && isPresent(value));

/** Whether one field of an object that is not an answer shows that it is an error. */
const isSign = ([name, value]: Field, fields: readonly Field[]): boolean => {
  if (name === 'object' || name === 'type' || name === 'status') {
    if (typeof value === 'string' && FAILED.test(value)) return true;
  }
  if (name === 'success' || name === 'ok') return value === false;
  if (NAMED.test(name) || name === 'detail') return says(value);
  if (name === 'baseresp') return isFields(value) && !SUCCESS_CODES.has(value.status_code);
  if (isHttpError(name, value) || (name === 'code' && isErrorCode(value))) return true;
  // Cohere: {"id", "message"}. SiliconFlow: {"code": 20012, "message"}, but {"code": 200, "message"} is a success.
  return (
    rankOfWords(name) === 0 &&
    says(value) &&
    !fields.some(([other, code]) => isCode(other) && SUCCESS_CODES.has(code) && code !== null)
  );
};

const isHttpError = (name: string, value: unknown): boolean =>
  /^(?:http)?status(?:code)?$/.test(name) && /^[45]\d\d(?:\s|$)/.test(String(value).slice(0, 50));

const isErrorCode = (value: unknown): boolean =>
  Number.isNaN(Number(value)) ? says(value) && !SUCCESS_CODES.has(value) : Number(value) >= 400;

/** Whether a value says that there is an error: text other than a placeholder, true, a code, or an object or list with one of these. */
const says = (value: unknown, depth = 0): boolean => {
  if (typeof value === 'string')
    return value.trim() !== '' && !/^(?:null|none|false|0|ok|success)$/i.test(value.trim());
  if (typeof value === 'number') return value !== 0;
  if (typeof value !== 'object' || value === null) return value === true;
  if (depth > 3) return true;
  return entriesOf(value as Fields).some(([, each]) => says(each, depth + 1));
};

const isPresent = (value: unknown): boolean =>
  typeof value === 'string' || Array.isArray(value)
    ? value.length > 0
    : isFields(value) && Object.keys(value).length > 0;
