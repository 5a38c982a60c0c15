import type { Duration } from '../../../contract/quota.js';

/** Seconds as a window: 86400 → `1d`, 300 → `5m`; `undefined` for 0 or less. */
export const windowOfSeconds = (seconds: number): Duration | undefined => {
  if (!(seconds > 0)) return undefined;
  const [length, unit] = UNITS.find(([each]) => seconds % each === 0) ?? [1, 's'];
  return `${seconds / length}${unit}`;
};

const UNITS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'm'],
] as const;
