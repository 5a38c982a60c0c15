/** The last whole second that was formatted: many lines are of the same one. */
let [lastSecond, upToSecond] = [Number.NaN, ''];

/** Returns an epoch time in ms as ISO 8601: `2026-01-31T12:00:00.000Z`. */
export const isoTime = (at: number): string => {
  const second = Math.floor(at / 1000);
  if (second !== lastSecond) {
    upToSecond = new Date(second * 1000).toISOString().slice(0, -4);
    lastSecond = second;
  }
  return `${upToSecond}${String(at - second * 1000).padStart(3, '0')}Z`;
};
