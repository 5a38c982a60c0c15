const [QUOTE, BACKSLASH, SPACE] = [0x22, 0x5c, 0x20];
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/**
 * Returns where a JSON string ends that begins at `from`; -1 if it is not valid or has no end.
 * @param bytes one character for each byte
 */
export const endOfText = (bytes: string, from: number): number => {
  for (let at = from; at < bytes.length; at++) {
    const code = bytes.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code < SPACE) return -1;
    if (code !== BACKSLASH) continue;
    ESCAPE.lastIndex = at;
    if (!ESCAPE.test(bytes)) return -1;
    at = ESCAPE.lastIndex - 1;
  }
  return -1;
};

const ESCAPED = /[\\\x80-\xff]/;

/**
 * Returns the text that the inside of a JSON string stands for.
 * @param bytes one character for each byte
 */
export const textOf = (bytes: string): string =>
  ESCAPED.test(bytes) ? (JSON.parse(`"${Buffer.from(bytes, 'latin1').toString('utf8')}"`) as string) : bytes;
