const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The time until something, at least `1 s`: `42 s`, `3 min 20 s`, `2 h 5 min`, `3 d`. */
export const spanText = (ms: number): string => {
  if (ms < MINUTE) return `${Math.max(1, Math.ceil(ms / SECOND))} s`;
  if (ms < HOUR) return pair(ms, MINUTE, 'min', SECOND, 's');
  if (ms < 2 * DAY) return pair(ms, HOUR, 'h', MINUTE, 'min');
  return `${Math.round(ms / DAY)} d`;
};

const pair = (ms: number, large: number, largeUnit: string, small: number, smallUnit: string): string => {
  const count = Math.floor(ms / large);
  const rest = Math.floor((ms - count * large) / small);
  return rest === 0 ? `${count} ${largeUnit}` : `${count} ${largeUnit} ${rest} ${smallUnit}`;
};

/** A duration: `85 ms`, `1.24 s`, `2 min 3 s`. */
export const durationText = (ms: number): string =>
  ms < SECOND
    ? `${Math.round(ms)} ms`
    : ms < MINUTE
      ? `${(ms / SECOND).toFixed(ms < 10 * SECOND ? 2 : 1)} s`
      : spanText(ms);

const plain = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** A number as `1,234`. */
export const numberText = (value: number): string => plain.format(value);

/** A number as `1.2K`, `500K` or `1.3M`; in full below 10,000. */
export const shortNumber = (value: number): string => (value < 10_000 ? plain.format(value) : compact.format(value));

const clockTime = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const dayAndTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const fullTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** A local time as `14:03:07` today, as `24 Nov 14:03` in the same year, and in full otherwise. */
export const timeText = (at: number, now = Date.now()): string => {
  const [date, today] = [new Date(at), new Date(now)];
  if (date.toDateString() === today.toDateString()) return clockTime.format(date);
  return date.getFullYear() === today.getFullYear()
    ? dayAndTime.format(date).replace(',', '')
    : fullTimeText(at).replace(/:\d\d$/, '');
};

/** A local time in full: `24 Nov 2026 14:03:07`. */
export const fullTimeText = (at: number): string => fullTime.format(at).replace(',', '');

/** The same moment in UTC: `2026-11-24 13:03:07 UTC`. */
export const utcText = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** A count as `1 request` or `3 requests`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${numberText(count)} ${count === 1 ? one : many}`;

interface TargetParts {
  readonly provider: string;
  readonly model: string;
  /** The label of one of several keys. */
  readonly key?: string;
}

/**
 * Splits a target: `groq/llama/x` is provider `groq` and model `llama/x`, and `groq:key 1/llama/x` is the same with the key
 * `key 1`.
 */
export const partsOf = (target: string): TargetParts => {
  const slash = target.indexOf('/');
  const model = target.slice(slash + 1);
  const [provider = '', ...label] = target.slice(0, slash).split(':');
  return { provider, model, ...(label.length === 0 ? {} : { key: label.join(':') }) };
};

/** Whether `one` is the target `target` of a chain, with any key. */
export const isTarget = (target: string, one: string): boolean => {
  const { provider, model } = partsOf(one);
  return one === target || `${provider}/${model}` === target;
};
