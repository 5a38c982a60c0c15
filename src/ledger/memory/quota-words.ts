import type { Calendar, Dimension } from '../../contract/quota.js';
import { durationText } from '../../plugin/readers/headers/headers.js';
import { calendarWords } from '../windows/calendar.js';

/** Returns what a limit counts, in words: `tokens per 1m`, `requests each day (Los Angeles)`. */
export const quotaWords = (
  dimension: Dimension,
  windowMs: number | undefined,
  calendar: Calendar | undefined,
): string => {
  const what = dimension.replace('_', ' ');
  if (calendar !== undefined) return `${what} ${calendarWords(calendar)}`;
  return windowMs === undefined ? what : `${what} per ${durationText(windowMs)}`;
};
