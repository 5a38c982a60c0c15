import type { TextChange } from '../settings.js';

/** The lines in which `after` differs from `before`: from the first to the last of them. */
export const differenceOf = (before: string, after: string): TextChange => {
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
