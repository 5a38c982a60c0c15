/** Stands for a thrown value that cannot be turned into text. */
const NO_WORDS = 'it threw a value without a message';

/** The message of whatever a plugin threw. JSON.parse quotes its input, which may be a model's answer: that stays out. */
export const wordsOf = (thrown: unknown): string => {
  try {
    const words: unknown = thrown instanceof Error ? thrown.message : String(thrown);
    if (typeof words !== 'string') return NO_WORDS;
    return thrown instanceof SyntaxError && /\bJSON\b/.test(words) ? 'it parsed text that is not JSON' : words;
  } catch {
    return NO_WORDS;
  }
};
