const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Distances between two marks of a time axis, ms. */
const STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((step) => step * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((step) => step * MINUTE),
  ...[1, 2, 4, 8, 12, 24].map((step) => step * HOUR),
];

export interface Tick {
  /** ms after the start of the axis. */
  readonly at: number;
  readonly text: string;
}

/**
 * The marks of a time axis, at round times from 0 on, with distinct texts.
 * @param lengthMs the length of the axis
 * @param most the most distances between marks that fit, at least 1
 */
export const ticksOf = (lengthMs: number, most: number): readonly Tick[] => {
  const count = Math.max(1, Math.floor(most));
  const step = STEPS.find((each) => each * count >= lengthMs) ?? Math.ceil(lengthMs / count / (24 * HOUR)) * 24 * HOUR;
  return Array.from({ length: Math.floor(lengthMs / step) + 1 }, (_, index) => ({
    at: index * step,
    text: textOf(index * step),
  }));
};

/** The time of a mark: `250 ms`, `1.5 s`, `2 min 30 s`. */
const textOf = (at: number): string => {
  if (at < SECOND) return `${at} ms`;
  if (at < MINUTE) return `${at / SECOND} s`;
  if (at < HOUR) return joined(at, MINUTE, 'min', SECOND, 's');
  return joined(at, HOUR, 'h', MINUTE, 'min');
};

const joined = (at: number, large: number, largeUnit: string, small: number, smallUnit: string): string => {
  const rest = (at % large) / small;
  return `${Math.floor(at / large)} ${largeUnit}${rest === 0 ? '' : ` ${rest} ${smallUnit}`}`;
};
