const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** The next full minute of the clock after `at`. Both are epoch ms. */
export const nextMinute = (at: number): number => at - (at % MINUTE_MS) + MINUTE_MS;

/** The next 00:00 UTC after `at`. Both are epoch ms. */
export const nextUtcMidnight = (at: number): number => at - (at % DAY_MS) + DAY_MS;

/** The next midnight after `at` in `timeZone`, an IANA name such as `America/Los_Angeles`. Both times are epoch ms. */
export const nextMidnightIn = (timeZone: string, at: number): number => {
  const guess = at + DAY_MS - sinceMidnight(timeZone, at);
  // On the two days of a year that have 23 or 25 hours, the guess is an hour off.
  const past = sinceMidnight(timeZone, guess);
  return past > DAY_MS / 2 ? guess + DAY_MS - past : guess - past;
};

/** Milliseconds since midnight on the clocks of `timeZone`. */
const sinceMidnight = (timeZone: string, at: number): number => {
  const parts = formatOf(timeZone).formatToParts(at);
  const numberOf = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  return ((numberOf('hour') * 60 + numberOf('minute')) * 60 + numberOf('second')) * 1000 + (at % 1000);
};

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const options = { timeZone, hourCycle: 'h23', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const;
  const format = new Intl.DateTimeFormat('en-US', options);
  formats.set(timeZone, format);
  return format;
};
