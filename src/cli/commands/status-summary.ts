import type { ShareUsed, StatusReport } from '../../contract/admin-api.js';

/** The waiting requests, the totals of the day, and problems of the request log: one line each. */
export const summaryOf = ({ waiting, today, free, log, ledger }: StatusReport): string[] => [
  `${counted(waiting, 'request waits', 'requests wait')} for capacity`,
  ...(ledger === undefined ? [] : [ledger.summary]),
  ...(today === undefined
    ? []
    : [
        lineOf('today', [
          counted(today.requests, 'request'),
          `${grouped(today.saved)} rescued by fallback`,
          `${counted(today.avoided, 'limit')} avoided, ${grouped(today.rateLimited)} hit`,
          counted(today.promptTokens + today.completionTokens, 'token'),
        ]),
      ]),
  ...(free.tokens === undefined && free.requests === undefined
    ? []
    : [
        lineOf('daily free quota', [
          ...shareOf(free.tokens, 'tokens'),
          ...shareOf(free.requests, 'requests'),
          ...(free.unknown === 0 ? [] : [`${counted(free.unknown, 'target')} without a known daily limit`]),
        ]),
      ]),
  ...(log?.failing === undefined ? [] : [`Cannot write the request log: ${log.failing}`]),
  ...(log === undefined || log.lost === 0
    ? []
    : [`${counted(log.lost, 'request is', 'requests are')} missing from the log`]),
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
