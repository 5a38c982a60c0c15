/** What was thrown, in words; a plugin may throw anything. */
export const wordsOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
