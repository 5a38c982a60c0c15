import { type Fields, isFields } from '../../plugin/fields.js';

/** Fields whose value says that the object is an error: `{"object":"error"}`, `{"type":"error"}`, `{"event":"error"}`. */
const MARKS = ['object', 'type', 'event', 'status', 'kind'];
const MARK = /^(?:\w*_)?(?:error|failed|failure|exception)$/i;
/** The message, where an error has no envelope. NVIDIA, FastAPI, Baidu, MiniMax, gateways. */
const WORDS = [
  'message',
  'msg',
  'detail',
  'error_msg',
  'error_message',
  'errorMessage',
  'errMsg',
  'err_msg',
  'status_msg',
];
const CODES = ['code', 'error_code', 'errorCode', 'errCode', 'err_code', 'status_code', 'statusCode'];
/** Envelopes around an error, or around anything else. */
const WRAPPERS = ['data', 'response', 'result', 'body', 'output'];

/**
 * Finds an error in a whole answer or a chunk by its structure. Returns an object whose field `error` is the error, and
 * `undefined` where there is none.
 */
export const errorIn = (answer: Fields): Fields | undefined => {
  const choices = Array.isArray(answer.choices) ? answer.choices.filter(isFields) : [];
  return namedError(answer) ?? (choices.length > 0 ? inChoices(choices) : (flat(answer) ?? wrapped(answer)));
};

/** Returns an error as an object with the field `error`, whatever carries it: an SSE event named `error`, or a field. */
export const asError = (value: unknown): Fields =>
  (isFields(value) ? namedError(value) : undefined) ?? {
    error: typeof value === 'string' ? { message: value } : value,
  };

/** An error that says so, also beside choices. */
export const namedError = (answer: Fields): Fields | undefined => {
  const { error, errors, base_resp: base } = answer;
  if (isPresent(error)) return answer;
  if (isPresent(errors)) return { ...answer, error: Array.isArray(errors) ? firstOf(errors) : errors };
  if (isFields(base) && isErrorCode(base.status_code)) return { error: worded(base) };
  const isMarked = [answer.object, answer.type, answer.event].some((mark) => mark === 'error');
  return isMarked ? { error: wordsOf(answer) === undefined ? innerOf(answer) : worded(answer) } : undefined;
};

const inChoices = (choices: readonly Fields[]): Fields | undefined => {
  for (const { error, delta, message } of choices) {
    for (const found of [error, ...[delta, message].map((part) => (isFields(part) ? part.error : undefined))]) {
      if (isPresent(found)) return { error: found };
    }
  }
  return undefined;
};

/** An error without an envelope. It has no choices. */
const flat = (answer: Fields): Fields | undefined => {
  if ('error' in answer && answer.error !== null && answer.error !== false) return { error: answer };
  const { detail, success } = answer;
  const isError =
    isPresent(detail) ||
    success === false ||
    MARKS.some((key) => typeof answer[key] === 'string' && MARK.test(answer[key])) ||
    CODES.some((key) => isErrorCode(answer[key])) ||
    (isText(answer.message) && !isProgress(answer));
  if (!isError) return undefined;
  if (isFields(detail)) return { error: detail };
  return { error: wordsOf(answer) === undefined ? innerOf(answer) : worded(answer) };
};

const wrapped = (answer: Fields): Fields | undefined => {
  for (const key of WRAPPERS) {
    const inner = answer[key];
    const found = isFields(inner) && !Array.isArray(inner.choices) ? namedError(inner) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
};

/** `{"status":"queued","message":"…"}` is no error. */
const isProgress = ({ status }: Fields): boolean => typeof status === 'string' && /^[a-z_]+$/.test(status);

const isErrorCode = (code: unknown): boolean => {
  if (typeof code === 'string' && !/^\d+$/.test(code)) return code !== '' && !/^(?:ok|success|succeeded)$/i.test(code);
  const number = Number(code ?? 0);
  return number !== 0 && (number < 200 || number >= 300);
};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const wordsOf = (answer: Fields): string | undefined => WORDS.map((key) => answer[key]).find(isText);

/** The same error with its message under `message` and its code under `code`, where every reader finds them. */
const worded = (answer: Fields): Fields => {
  const code = CODES.map((key) => answer[key]).find((each) => each !== undefined && each !== null);
  return { ...answer, message: wordsOf(answer), ...(code === undefined ? {} : { code }) };
};

/** `{"event":"error","data":{"message":…}}` */
const innerOf = (answer: Fields): Fields => {
  const inner = [...WRAPPERS, 'detail'].map((key) => answer[key]).find(isFields);
  return inner === undefined ? answer : worded({ ...answer, ...inner });
};

const firstOf = ([first]: readonly unknown[]): unknown => (typeof first === 'string' ? { message: first } : first);

const isPresent = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.length > 0;
  return isFields(value) ? Object.keys(value).length > 0 : Boolean(value);
};
