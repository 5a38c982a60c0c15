/** Escapes the control characters in a text from outside, except line breaks and tabs. */
export const printable = (text: string): string =>
  text.replaceAll(/(?![\n\t]|\r\n)\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
