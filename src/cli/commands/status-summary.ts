import type { ShareUsed, StatusReport } from '../../contract/admin-api.js';

/** What waits, what the day came to, and whether the log is in order: a line each. */
export const summaryOf = ({ waiting, today, free, log }: StatusReport): string[] => [
  `${counted(waiting, 'request waits', 'requests wait')} for capacity`,
  ...(today === undefined
    ? []
    : [
        lineOf('today', [
          counted(today.requests, 'request'),
          `${grouped(today.saved)} saved by a later target`,
          `${counted(today.avoided, 'limit')} avoided, ${grouped(today.rateLimited)} met`,
          counted(today.promptTokens + today.completionTokens, 'token'),
        ]),
      ]),
  ...(free.tokens === undefined && free.requests === undefined
    ? []
    : [
        lineOf('free a day', [
          ...shareOf(free.tokens, 'tokens'),
          ...shareOf(free.requests, 'requests'),
          ...(free.unknown === 0 ? [] : [`${counted(free.unknown, 'target')} with no daily limit known`]),
        ]),
      ]),
  ...(log?.failing === undefined ? [] : [`The request log cannot be written: ${log.failing}`]),
  ...(log === undefined || log.lost === 0 ? [] : [`${counted(log.lost, 'request is', 'requests are')} not in the log`]),
];

const lineOf = (name: string, parts: readonly string[]): string => `${name}: ${parts.join(' · ')}`;

const shareOf = (share: ShareUsed | undefined, what: string): string[] => {
  if (share === undefined) return [];
  const { used, limit } = share;
  const percent = limit === 0 ? 100 : Math.round((used / limit) * 100);
  return [`${grouped(used)} of ${grouped(limit)} ${what} used (${percent} %)`];
};

const grouped = (number: number): string => Math.round(number).toLocaleString('en-US');

const counted = (number: number, one: string, many = `${one}s`): string =>
  `${grouped(number)} ${number === 1 ? one : many}`;
