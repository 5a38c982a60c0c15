/** The edit distance: how many letters to add, remove, replace or swap with their neighbor to turn `from` into `to`. */
const editDistance = (from: string, to: string): number => {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length] ?? 0;
};

/**
 * The one of `words` that is most similar to `found`, ignoring case. `undefined` if more than about one letter in three
 * differs.
 */
export const nearestWord = (found: string, words: readonly string[]): string | undefined => {
  let nearest: string | undefined;
  // Bounds the size of the table for words that are far too long for a typo.
  let least = Math.max(1, Math.floor(Math.min(found.length, 60) / 3)) + 1;
  for (const word of words) {
    if (Math.abs(word.length - found.length) >= least) continue;
    const letters = editDistance(found.toLowerCase(), word.toLowerCase());
    if (letters >= least) continue;
    least = letters;
    nearest = word;
  }
  return nearest;
};
