/** Stands for a thrown value that cannot be turned into text. */
const NO_WORDS = 'it threw a value without a message';

/** A longer message of a plugin is cut: it would fill the log, and take seconds to search for keys. */
const LONGEST = 2_000;

export const shortWords = (words: string): string => (words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words);

/** The message of whatever a plugin threw. JSON.parse quotes its input, which may be a model's answer: that stays out. */
export const wordsOf = (thrown: unknown): string => {
  try {
    const words: unknown = thrown instanceof Error ? thrown.message : String(thrown);
    if (typeof words !== 'string') return NO_WORDS;
    return thrown instanceof SyntaxError && /\bJSON\b/.test(words)
      ? 'it parsed text that is not JSON'
      : shortWords(words);
  } catch {
    return NO_WORDS;
  }
};
