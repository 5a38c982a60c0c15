/** Time zones as providers write them, and days by the clocks of a zone. */

const HOUR_MS = 3_600_000;

/** Date and time of day on the clocks of a zone. */
export interface LocalTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Names of zones: an IANA name, or the offset from UTC in hours. Standard and summer time of one zone are two names. */
const NAMES: ReadonlyMap<string, string | number> = new Map<string, string | number>([
  ...['utc', 'gmt', 'z', 'coordinated universal time'].map((name) => [name, 0] as const),
  ['pst', -8],
  ['pdt', -7],
  ['mst', -7],
  ['mdt', -6],
  ['cdt', -5],
  ['est', -5],
  ['edt', -4],
  ['wet', 0],
  ['west', 1],
  ['bst', 1],
  ['cet', 1],
  ['cest', 2],
  ['eet', 2],
  ['eest', 3],
  ['msk', 3],
  ['ist', 5.5],
  ['hkt', 8],
  ['sgt', 8],
  ['jst', 9],
  ['kst', 9],
  ['aest', 10],
  ['aedt', 11],
  ...['pt', 'pacific', 'pacific time'].map((name) => [name, 'America/Los_Angeles'] as const),
  ...['mt', 'mountain time'].map((name) => [name, 'America/Denver'] as const),
  // Chinese providers write CST for their own time, but always with Chinese words or a rule that says so.
  ...['ct', 'cst', 'central time'].map((name) => [name, 'America/Chicago'] as const),
  ...['et', 'eastern', 'eastern time'].map((name) => [name, 'America/New_York'] as const),
  ...['beijing', 'beijing time', 'china standard time', '北京时间'].map((name) => [name, 'Asia/Shanghai'] as const),
]);

/** A zone by a name from `NAMES`, an offset such as `+08:00` or `UTC-3`, or an IANA name. The sticky flag reads it at a position. */
const ZONE =
  /\s{0,2}[([]?(?:(?:UTC|GMT)?\s?(?<sign>[+\-−])(?<hours>\d{1,2})(?::?(?<minutes>\d{2}))?(?!\d)|(?<iana>[A-Z][A-Za-z]{1,14}\/[A-Z][A-Za-z_]{1,20}(?:\/[A-Z][A-Za-z_]{1,20})?)|(?<name>coordinated universal time|china standard time|(?:pacific|mountain|central|eastern|beijing)(?: time)?|北京时间|[a-z]{1,4}(?![a-z])))[)\]]?/iuy;

/** The zone written at `start` of a text, as an IANA name or hours from UTC, and where it ends. */
export const zoneAt = (
  text: string,
  start: number,
): { readonly zone: string | number; readonly end: number } | undefined => {
  ZONE.lastIndex = start;
  const { sign, hours, minutes = '0', iana, name = '' } = ZONE.exec(text)?.groups ?? {};
  const end = ZONE.lastIndex;
  if (hours !== undefined) {
    const offset = Number(hours) + Number(minutes) / 60;
    return offset <= 14 ? { zone: sign === '+' ? offset : -offset, end } : undefined;
  }
  if (iana !== undefined) return formatOf(iana) === undefined ? undefined : { zone: iana, end };
  const zone = NAMES.get(name.toLowerCase());
  return zone === undefined ? undefined : { zone, end };
};

/** The date and time in `zone` at a moment, epoch ms. */
export const localTime = (zone: string | number, at: number): LocalTime => {
  const parts = typeof zone === 'number' ? undefined : formatOf(zone)?.formatToParts(at);
  if (parts === undefined) return fieldsOf(at + (typeof zone === 'number' ? zone * HOUR_MS : 0));
  const numberOf = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const [year, month, day] = [numberOf('year'), numberOf('month'), numberOf('day')];
  return { year, month, day, hour: numberOf('hour'), minute: numberOf('minute'), second: numberOf('second') };
};

/** When the clocks of `zone` show `time`, epoch ms. Days beyond the end of a month count on. */
export const momentOf = (time: LocalTime, zone: string | number): number => {
  const shown = utcOf(time);
  // The offset may change between the guess and the moment itself.
  const guess = shown - offsetAt(zone, shown);
  return shown - offsetAt(zone, guess);
};

/** Returns whether `name` is a time zone, such as `America/Los_Angeles` or `UTC`. */
export const isZone = (name: string): boolean => {
  // Making a first format takes 25 ms and 8 MB, which most starts can do without.
  usual ??= new Set(['UTC', ...Intl.supportedValuesOf('timeZone')]);
  return usual.has(name) || formatOf(name) !== undefined;
};

let usual: ReadonlySet<string> | undefined;

/** Returns the date that the clocks of `zone` show at a moment (epoch ms), as epoch ms of its midnight in UTC. */
export const dateIn = (zone: string | number, at: number): number => {
  const { year, month, day } = localTime(zone, at);
  return Date.UTC(year, month - 1, day);
};

/** The clocks of no zone are further from UTC. */
const FURTHEST_MS = 16 * HOUR_MS;

/**
 * Returns when the clocks of `zone` first show `date` or a later date, epoch ms. This is midnight, unless they skip it.
 * @param date epoch ms of the date's midnight in UTC
 */
export const startOfDate = (zone: string | number, date: number): number => {
  let [before, after] = [date - FURTHEST_MS, date + FURTHEST_MS];
  const [offset, laterOffset] = [offsetAt(zone, before), offsetAt(zone, after)];
  if (offset === laterOffset) return date - offset;
  // The clocks change in between. `after` becomes that moment.
  while (after - before > 1000) {
    const middle = Math.floor((before + after) / 2000) * 1000;
    if (offsetAt(zone, middle) === offset) before = middle;
    else after = middle;
  }
  return date - offset < after ? date - offset : Math.max(after, date - laterOffset);
};

const offsetAt = (zone: string | number, at: number): number =>
  typeof zone === 'number' ? zone * HOUR_MS : utcOf(localTime(zone, at)) - (at - (at % 1000));

const utcOf = ({ year, month, day, hour, minute, second }: LocalTime): number =>
  Date.UTC(year, month - 1, day, hour, minute, second);

const fieldsOf = (at: number): LocalTime => {
  const date = new Date(at);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
};

const MOST_FORMATS = 50;
const formats = new Map<string, Intl.DateTimeFormat>();

/** `undefined` for a name that is no zone. */
const formatOf = (timeZone: string): Intl.DateTimeFormat | undefined => {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  try {
    const time = { hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' } as const;
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      ...time,
    });
    if (formats.size < MOST_FORMATS) formats.set(timeZone, format);
    return format;
  } catch {
    return undefined;
  }
};
