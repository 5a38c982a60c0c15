export interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Where `text` stops being JSON, and why; `undefined` if it is JSON. Node does not name the place of every error. */
export const jsonFaultIn = (text: string): JsonFault | undefined => {
  const whole = errorIn(text);
  if (whole === undefined) return undefined;
  const position = isEarlyEnd(whole, text.length) ? text.length : firstBad(text);
  const lines = text.slice(0, position).split('\n');
  const message = whole.replace(/, ".*" is not valid JSON$/s, '').replace(/(?: in JSON)? at position \d+.*$/s, '');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1, message };
};

/** The index of the first character that no continuation of the text before it could explain. */
const firstBad = (text: string): number => {
  let good = 0;
  let bad = text.length;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    const error = errorIn(text.slice(0, middle));
    if (error === undefined || isEarlyEnd(error, middle)) good = middle;
    else bad = middle;
  }
  return bad - 1;
};

/** Whether a text of this length is the beginning of valid JSON. */
const isEarlyEnd = (error: string, length: number): boolean =>
  /end of JSON input|Unterminated/.test(error) || new RegExp(`at position ${length}\\b`).test(error);

const errorIn = (text: string): string | undefined => {
  try {
    JSON.parse(text);
    return undefined;
  } catch (cause) {
    return (cause as Error).message;
  }
};
