/** What is measured, each through the built 429chain with everything on that is on by default. */
export const UNITS = ['plain request', 'stream of 10 chunks', 'further chunk'] as const;

export type Unit = (typeof UNITS)[number];

export interface Limit {
  readonly what: string;
  /** The most for one of each unit: what was measured, and a fifth more. */
  readonly most: Readonly<Record<Unit, number>>;
  readonly why: string;
}

/**
 * Counts instead of times: they are the same on a busy machine. Lower a limit when the count that `npm test` prints has
 * become lower. Raise one only for something that callers gain from.
 */
export const LIMITS: readonly Limit[] = [
  {
    what: 'promises',
    most: { 'plain request': 12, 'stream of 10 chunks': 35, 'further chunk': 0.2 },
    why: 'Each costs an allocation and a turn of the microtask queue. A chunk needs none.',
  },
  {
    what: 'timers',
    most: { 'plain request': 3.7, 'stream of 10 chunks': 7.2, 'further chunk': 0.1 },
    why: 'A deadline is one timer per request. A chunk moves it, and does not make another.',
  },
  {
    what: 'ticks',
    most: { 'plain request': 10.8, 'stream of 10 chunks': 48, 'further chunk': 3.6 },
    why: 'Streams of Node put work off to the next tick. Each layer of streams adds some.',
  },
  {
    what: 'listeners',
    most: { 'plain request': 7.2, 'stream of 10 chunks': 9.6, 'further chunk': 0.1 },
    why: 'Each costs a closure. Listeners that a request leaves on its connection are a leak.',
  },
  {
    what: 'socket writes',
    most: { 'plain request': 2.4, 'stream of 10 chunks': 15, 'further chunk': 1.2 },
    why: 'One to the provider, one to the caller: head and body of an answer leave together.',
  },
  {
    what: 'file operations',
    most: { 'plain request': 0.1, 'stream of 10 chunks': 0.1, 'further chunk': 0.1 },
    why: 'The request log collects records and writes them together, at times that the test puts off.',
  },
  {
    what: 'bytes',
    most: { 'plain request': 103_000, 'stream of 10 chunks': 225_000, 'further chunk': 5_400 },
    why: 'What is allocated on the heap has to be collected. Without optimizing, which allocates about twice as much.',
  },
];
