import { durationText } from '../../../plugin/readers/headers/headers.js';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

/** Returns a span for people: in seconds, from an hour on in minutes, from a day on in hours. Such as `1h30m`. */
export const spanText = (ms: number): string => {
  const step = ms >= DAY ? HOUR : ms >= HOUR ? MINUTE : SECOND;
  return durationText(Math.max(1, Math.round(ms / step)) * step);
};
