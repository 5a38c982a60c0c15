import { type Fields, isFields } from '../../plugin/fields.js';

/** Returns the arguments of a call as chat completions have them: JSON in a string. No arguments become `{}`. */
export const argumentsText = (value: unknown): string => {
  if (typeof value === 'string') return value.trim() === '' || value.trim() === 'null' ? '{}' : value;
  return value === undefined || value === null ? '{}' : JSON.stringify(value);
};

/**
 * Returns the arguments of a call as an object, or `undefined` if they are not one: then the answer is broken.
 * @param truncated the answer ended because it became too long (`finish_reason: length`). Arguments that end too early are
 * then closed; what was cut off is lost.
 */
export const argumentsObject = (value: unknown, truncated: boolean): Fields | undefined => {
  const text = argumentsText(value);
  const whole = parsed(text);
  // Some models encode their arguments twice.
  const inner = typeof whole === 'string' ? parsed(argumentsText(whole)) : whole;
  if (isFields(inner)) return inner;
  if (!truncated || whole !== undefined) return undefined;
  const closed = closedJson(text);
  const repaired = closed === undefined ? undefined : parsed(closed);
  return isFields(repaired) ? repaired : undefined;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/**
 * Returns JSON that was cut off with its strings, lists and objects closed. A member or an item that has no value yet is
 * left out. `undefined` for what no cut explains.
 */
const closedJson = (text: string): string | undefined => {
  const closers: string[] = [];
  let inString = false;
  /** Everything before the last item or member that may be incomplete, closed. */
  let before: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] as string;
    if (inString) {
      if (sign === '\\') at++;
      else if (sign === '"') inString = false;
      continue;
    }
    if (sign === '"') inString = true;
    else if (sign === '{' || sign === '[') {
      closers.unshift(sign === '{' ? '}' : ']');
      before = text.slice(0, at + 1) + closers.join('');
    } else if (sign === '}' || sign === ']') {
      if (closers.shift() !== sign) return undefined;
    } else if (sign === ',') before = text.slice(0, at) + closers.join('');
  }
  const end = closers.join('');
  // An escape such as \u00e4 that was cut off cannot be closed.
  const open = inString
    ? `${text.replace(/\\(?:u[\da-f]{0,3})?$/i, (cut) => (isEscape(text, cut) ? '' : cut))}"`
    : text;
  return [open + end, before].find((each) => each !== undefined && parsed(each) !== undefined);
};

/** Whether the backslash that `cut` begins with is not itself escaped. */
const isEscape = (text: string, cut: string): boolean => {
  const slashes = /\\*$/.exec(text.slice(0, text.length - cut.length))?.[0].length ?? 0;
  return slashes % 2 === 0;
};
