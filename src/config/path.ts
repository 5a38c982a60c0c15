/** The path to a value inside a configuration: `['chains', 'default', 0]`. */
export type Path = readonly (string | number)[];

/** The value at `path` inside `root`; `undefined` if there is none. */
export const valueAtPath = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, step) => {
    const isOwn = typeof value === 'object' && value !== null && Object.hasOwn(value, step);
    return isOwn ? (value as Record<string | number, unknown>)[step] : undefined;
  }, root);
