/** The part of a text that a change replaces. */
interface ChangedLines {
  /** The first changed line, counted from 1. */
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** The lines from the first to the last difference between two texts. */
export const changedLines = (before: string, after: string): ChangedLines => {
  const [old, next] = [linesOf(before), linesOf(after)];
  const shorter = Math.min(old.length, next.length);
  let head = 0;
  while (head < shorter && old[head] === next[head]) head++;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === next.at(-1 - tail)) tail++;
  return {
    line: head + 1,
    removed: old.slice(head, old.length - tail),
    added: next.slice(head, next.length - tail),
  };
};

const linesOf = (text: string): string[] => text.split(/\r?\n/);
