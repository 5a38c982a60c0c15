/** Returns the parsed JSON, or the text itself where it is not JSON. */
export const parseBody = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
