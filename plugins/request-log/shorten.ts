import type { RequestAttempt, RequestRecord } from '429chain/plugin';

/** Attempts that are kept from the beginning and the end of a record: a chain may have thousands of targets. */
const FIRST = 60;
const LAST = 40;
/** Characters of a text. */
const LONGEST = 1_000;
/** Changes that an attempt lists. */
const MOST_CHANGES = 20;

/** Returns a record of at most some hundred kilobytes. What is left out is said: texts end with `…`, and attempts are counted. */
export const shortened = (record: RequestRecord): RequestRecord => {
  const { attempts } = record;
  const omitted = attempts.length - FIRST - LAST;
  if (omitted <= 0 && !hasLongText(record) && !attempts.some(isLongAttempt)) return record;
  const kept = omitted > 0 ? [...attempts.slice(0, FIRST), ...attempts.slice(-LAST)] : attempts;
  const texts = Object.entries(record).filter(([, value]) => isLong(value)) as [string, string][];
  return {
    ...record,
    ...Object.fromEntries(texts.map(([name, text]) => [name, cut(text)])),
    attempts: kept.map((attempt) => (isLongAttempt(attempt) ? shortenedAttempt(attempt) : attempt)),
    ...(omitted > 0 && { omittedAttempts: omitted }),
  };
};

const hasLongText = (record: RequestRecord): boolean => {
  for (const name in record) if (isLong(record[name as keyof RequestRecord])) return true;
  return false;
};

const isLong = (value: unknown): boolean => typeof value === 'string' && value.length > LONGEST;

const isLongAttempt = (attempt: RequestAttempt): boolean =>
  isLong(attempt.target) ||
  isLong(attempt.reason) ||
  isLong(attempt.decision) ||
  (attempt.adapted !== undefined && (attempt.adapted.length > MOST_CHANGES || attempt.adapted.some(isLong)));

const shortenedAttempt = (attempt: RequestAttempt): RequestAttempt => {
  const { target, reason, decision, adapted = [] } = attempt;
  const changes = adapted.slice(0, MOST_CHANGES).map(cut);
  const more = adapted.length - changes.length;
  return {
    ...attempt,
    target: cut(target),
    ...(reason !== undefined && { reason: cut(reason) }),
    ...(decision !== undefined && { decision: cut(decision) }),
    ...(changes.length > 0 && { adapted: more > 0 ? [...changes, `… (${more} more)`] : changes }),
  };
};

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
