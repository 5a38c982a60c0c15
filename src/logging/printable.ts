/** `text` without what steers a terminal: others than ourselves wrote it. Lines and tabs stay. */
export const printable = (text: string): string =>
  text.replaceAll(/(?![\n\t]|\r\n)\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
