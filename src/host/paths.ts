/** Whether two paths mean the same request. A path with `*` at its end means everything below. Case does not count. */
export const overlap = (one: string, other: string): boolean => {
  const [first, second] = [one.toLowerCase(), other.toLowerCase()];
  return first === second || isBelow(first, second) || isBelow(second, first);
};

const isBelow = (pattern: string, path: string): boolean =>
  pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1));
