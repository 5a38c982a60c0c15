/** From a quotation mark to the closing one, or to the end of a text that was cut. An apostrophe is not a quotation mark. */
const QUOTATION = /(?<!\w)(["'`])((?:(?!\1(?!\w))[\s\S])*)(?:\1(?!\w)|$)|([“«„])([^”»“]*)(?:[”»“]|$)/g;

/** Longer quotations are not names of fields. */
const LONGEST_NAME = 32;

/** A provider's message without its long quotations, which may repeat the prompt: each becomes `"…"`. */
export const withoutQuotations = (message: string): string =>
  message.replace(QUOTATION, (whole, quote = '"', quoted = '', _curly = '', curlyQuoted = '') =>
    quoted.length > LONGEST_NAME || curlyQuoted.length > LONGEST_NAME ? `${quote}…${quote}` : whole,
  );
