/** The message of whatever a plugin threw. JSON.parse quotes its input, which may be a model's answer: that stays out. */
export const wordsOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown instanceof SyntaxError && /\bJSON\b/.test(thrown.message)
    ? 'it parsed text that is not JSON'
    : thrown.message;
};
