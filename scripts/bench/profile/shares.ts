import { CATEGORIES, type Category, categoryOf, type Frame } from './categories.js';

/** How much of the CPU one category of code takes. */
export interface Share {
  /** A name of `CATEGORIES`. */
  readonly category: string;
  readonly percent: number;
  /** The functions of the category that take most, joined by commas. */
  readonly mostly: string;
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** Counts from 0. */
  readonly lineNumber: number;
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[];
}

/** A file that `node --cpu-prof` writes. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** A node for each sample: the function that ran. */
  readonly samples: readonly number[];
  /** µs before each sample. */
  readonly timeDeltas: readonly number[];
}

const IDLE = '(idle)';
const MOST_FUNCTIONS = 3;
/** What the bundler adds to one of two functions with the same name. */
const NUMBERED = /\$\d+$/;
/** The name of a function or method, not `(program)` and not the text of a regular expression. */
const NAMED = /^[#\w$. ]+$/;
/** The name of this category, for native functions without a named caller. */
const NODE: Category = CATEGORIES.find(({ name }) => name === 'Node: the rest') as Category;

/** Returns the file of a function from its URL and line. */
export type FileOf = (url: string, line: number) => string;

/** Adds up a profile by category, the largest share first. Leaves out the first `skipUs` µs: the start and the warm-up. */
export const sharesOf = ({ nodes, samples, timeDeltas }: CpuProfile, skipUs: number, fileOf: FileOf): Share[] => {
  const frameOf = ({ callFrame: { url, lineNumber, functionName } }: ProfileNode): Frame => ({
    file: fileOf(url, lineNumber),
    name: functionName,
  });
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const categoryAt = (id: number | undefined): Category => {
    const node = id === undefined ? undefined : byId.get(id);
    return node === undefined ? NODE : (categoryOf(frameOf(node)) ?? categoryAt(parents.get(node.id)));
  };
  const totals = new Map<Category, Map<string, number>>();
  let total = 0;
  let at = 0;
  for (const [index, id] of samples.entries()) {
    const us = timeDeltas[index] ?? 0;
    at += us;
    const name = (byId.get(id)?.callFrame.functionName ?? '').replace(NUMBERED, '');
    if (at < skipUs || name === IDLE) continue;
    const functions = totals.get(categoryAt(id)) ?? new Map<string, number>();
    totals.set(categoryAt(id), functions.set(name, (functions.get(name) ?? 0) + us));
    total += us;
  }
  return [...totals]
    .map(([{ name }, functions]) => {
      const sum = [...functions.values()].reduce((all, us) => all + us, 0);
      return { category: name, percent: Math.round((sum / total) * 1_000) / 10, mostly: mostOf(functions) };
    })
    .sort((one, other) => other.percent - one.percent);
};

/** The names of the functions that take most. */
const mostOf = (functions: ReadonlyMap<string, number>): string =>
  [...functions]
    .filter(([name]) => NAMED.test(name))
    .sort(([, one], [, other]) => other - one)
    .slice(0, MOST_FUNCTIONS)
    .map(([name]) => name)
    .join(', ');
