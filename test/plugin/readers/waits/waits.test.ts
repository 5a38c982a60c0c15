import { parseRetryTime, parseWait } from '429chain/plugin';
import { expect } from 'chai';

/** Half past noon UTC, in winter. A Thursday. */
const AT = Date.parse('2026-11-26T12:30:00Z');
const CLOCK = { at: AT, ahead: 0 };
const iso = (at: number | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString());

const SPANS: readonly (readonly [string, number | undefined])[] = [
  ['Please try again in 2s. Need more tokens?', 2000],
  ['Please try again in 644ms.', 644],
  ['Please try again in 6.780999999s. Visit', 6781],
  ['try again in 6m54.72s.', 414_720],
  ['try again in 11m0.528s', 660_528],
  ['try again in 1h23m45.6s.', 5_025_600],
  ['try again in 6m 11.52s. Need', 371_520],
  ['Please wait 5631 seconds before retrying.', 5_631_000],
  ['Please wait 0 seconds before retrying.', 0],
  ['Please retry in 38.662417882s.', 38_662],
  ['Rate limit exceeded. Retry after 1 seconds.', 1000],
  ['No deployments available, Try again in 60 seconds.', 60_000],
  ['Monthly usage limit reached. Resets in 13 days.', 1_123_200_000],
  ['Please retry after in-flight requests settle. Try again in 5 minutes', 300_000],
  ['Try again in 2 hours.', 7_200_000],
  ['You can try again after 30 seconds', 30_000],
  ['Please retry in 1 hour and 5 minutes.', 3_900_000],
  ['retry in 1 hour, 5 minutes and 3 seconds', 3_903_000],
  ['Your quota will reset after 18h31m10s.', 66_670_000],
  ['Your limit will reset in about 3 hrs', 10_800_000],
  ['Quota resets in 2 weeks', 1_209_600_000],
  ['Please wait at least 20 sec', 20_000],
  ['wait for 45s', 45_000],
  ['Please wait ~3 min and retry', 180_000],
  ['try again in an hour', 3_600_000],
  ['Try again in one minute', 60_000],
  ['available again in 90 minutes', 5_400_000],
  ['try again within 10 s', 10_000],
  ['resets in 01:30:00', 5_400_000],
  ['Too many requests (Retry-After: 30)', 30_000],
  ['retry_after=12', 12_000],
  ['Rate limited. Retry after 30.', 30_000],
  ['请求过于频繁,请在 30 秒后重试', 30_000],
  ['请等待5分钟', 300_000],
  ["{'error': {'message': 'Rate limit reached. Try again in 5s.'}}", 5000],
  ['40 requests per minute exceeded, next slot in 12 seconds', 12_000],
  ['Slow down! Next request allowed in 3 min 20 sec.', 200_000],
  ['You can send another request in half a minute.', 30_000],
  ['You may retry in a couple of minutes', 120_000],
  ['Try again in a few minutes', 180_000],
  ['Rate limited. Cooldown: 25s', 25_000],
  ['25s remaining', 25_000],
  ['Limit hit, 40 seconds until the next request', 40_000],
  ['Too many requests; blocked for 5 minutes', 300_000],
  ['Credits refill in 2h', 7_200_000],
  ['Bitte warten Sie 45 Sekunden', 45_000],
  ['Zu viele Anfragen. Versuchen Sie es in 2 Minuten erneut', 120_000],
  ['Veuillez réessayer dans 2 minutes.', 120_000],
  ['Por favor, inténtelo de nuevo en 30 segundos', 30_000],
  ['Tente novamente em 1 minuto', 60_000],
  ['Riprova tra 10 secondi', 10_000],
  ['Слишком много запросов. Повторите через 10 секунд', 10_000],
  ['повторите через 2 минуты', 120_000],
  ['请求过于频繁，请 30 秒后重试', 30_000],
  ['リクエストが多すぎます。20秒後に再試行してください', 20_000],
  ['요청이 너무 많습니다. 15초 후에 다시 시도하세요', 15_000],
  ['10 Anfragen in 60 Sekunden', undefined],
  ['每 60 秒 10 次', undefined],
  ['limit: 5 requests in 10 seconds', undefined],
  ['Please retry shortly.', undefined],
  ['Please try again soon.', undefined],
  ['Please try again later', undefined],
  ['retry in 5 months', undefined],
  ['in 20s', undefined],
  ['Retry after 3 attempts', undefined],
  ['Your prompt "please try again in 5 hours or whenever you like it" was refused', undefined],
];

interface Moment {
  readonly text: string;
  readonly at: string | undefined;
  readonly zone?: string;
  /** The provider's clock is ahead by this, ms. */
  readonly ahead?: number;
}

const MOMENTS: readonly Moment[] = [
  { text: 'Please retry after 2026-11-26T13:00:00Z', at: '2026-11-26T13:00:00.000Z' },
  { text: 'Please retry after 2026-11-26T13:00:00.250Z.', at: '2026-11-26T13:00:00.250Z' },
  { text: 'retry after 2026-11-26T13:00:00+08:00', at: undefined },
  { text: 'retry after 2026-11-26T21:00:00+08:00', at: '2026-11-26T13:00:00.000Z' },
  { text: 'retry after 2026-11-26 13:00', at: '2026-11-26T13:00:00.000Z' },
  { text: 'Resets at 14:30 UTC', at: '2026-11-26T14:30:00.000Z' },
  { text: 'Resets at 14:30', at: '2026-11-26T14:30:00.000Z' },
  { text: 'Resets at 09:15 UTC', at: '2026-11-27T09:15:00.000Z' },
  { text: 'Limit reached (resets 14:30:05 GMT)', at: '2026-11-26T14:30:05.000Z' },
  { text: 'resets at 3pm (America/New_York)', at: '2026-11-26T20:00:00.000Z' },
  { text: 'resets at 3 p.m. ET', at: '2026-11-26T20:00:00.000Z' },
  { text: '5-hour limit reached ∙ resets 3pm (Europe/Berlin)', at: '2026-11-26T14:00:00.000Z' },
  { text: 'resets at 12:15 AM UTC', at: '2026-11-27T00:15:00.000Z' },
  { text: 'blocked until 2026-12-01 00:00 PST', at: '2026-12-01T08:00:00.000Z' },
  { text: 'blocked until 2026-12-01 00:00 Pacific Time', at: '2026-12-01T08:00:00.000Z' },
  {
    text: 'Usage limit reached for 5 hour. Your limit will reset at 2026-11-26 22:22:49',
    zone: 'Asia/Shanghai',
    at: '2026-11-26T14:22:49.000Z',
  },
  { text: 'Your limit will reset at 2026-11-26 22:22:49', at: '2026-11-26T22:22:49.000Z' },
  { text: '您的限额将在 2026-11-27 15:00:05 重置。', at: '2026-11-27T07:00:05.000Z' },
  { text: '已达到使用上限,限额将于2026年11月27日 08:00 恢复', at: '2026-11-27T00:00:00.000Z' },
  { text: '请在北京时间 2026-11-27 00:00:00 后重试', at: '2026-11-26T16:00:00.000Z' },
  { text: 'resets at 2026-11-27 00:00 Beijing time', at: '2026-11-26T16:00:00.000Z' },
  { text: 'available again tomorrow at 00:00 UTC', at: '2026-11-27T00:00:00.000Z' },
  { text: 'please try again tomorrow', at: '2026-11-27T00:00:00.000Z' },
  { text: 'please try again tomorrow', zone: 'Asia/Shanghai', at: '2026-11-26T16:00:00.000Z' },
  { text: 'Come back tomorrow at 9am CET', at: '2026-11-27T08:00:00.000Z' },
  { text: 'Daily quota resets at midnight Pacific', at: '2026-11-27T08:00:00.000Z' },
  { text: 'Quota resets daily at midnight Pacific Time.', at: '2026-11-27T08:00:00.000Z' },
  { text: 'resets every day at 00:00 UTC', at: '2026-11-27T00:00:00.000Z' },
  { text: 'resets at UTC midnight', at: '2026-11-27T00:00:00.000Z' },
  { text: 'Limit resets at noon JST', at: '2026-11-27T03:00:00.000Z' },
  { text: 'try again on Dec 1, 2026 at 00:00 UTC', at: '2026-12-01T00:00:00.000Z' },
  { text: 'Resets Dec 1', at: '2026-12-01T00:00:00.000Z' },
  { text: 'Resets January 3rd at 10:00 EST', at: '2027-01-03T15:00:00.000Z' },
  { text: 'Your limit resets on 1 December 2026', at: '2026-12-01T00:00:00.000Z' },
  { text: 'Retry after Thu, 26 Nov 2026 12:31:00 GMT', at: '2026-11-26T12:31:00.000Z' },
  { text: 'resets Monday at 00:00 UTC', at: '2026-11-30T00:00:00.000Z' },
  { text: 'Resets next month', at: '2026-12-01T00:00:00.000Z' },
  { text: 'resets at 18:00 IST', at: '2026-11-27T12:30:00.000Z' },
  { text: 'resets at 18:01 IST', at: '2026-11-26T12:31:00.000Z' },
  { text: 'resets at 15:00 UTC+2', at: '2026-11-26T13:00:00.000Z' },
  { text: 'resets at 07:00-08:00', at: '2026-11-26T15:00:00.000Z' },
  { text: 'reset at 1795698000', at: '2026-11-26T13:00:00.000Z' },
  { text: 'reset time: 1795698000000', at: '2026-11-26T13:00:00.000Z' },
  { text: 'Next reset: 2026-11-26T13:00:00Z', at: '2026-11-26T13:00:00.000Z' },
  { text: 'Try again in 5s, or at 14:30 UTC', at: '2026-11-26T12:30:05.000Z' },
  // Relative waits do not depend on the provider's clock; absolute ones do.
  { text: 'Try again in 5s', ahead: 600_000, at: '2026-11-26T12:30:05.000Z' },
  { text: 'Resets at 14:30 UTC', ahead: 600_000, at: '2026-11-26T14:20:00.000Z' },
  { text: 'Resets at 12:35 UTC', ahead: 600_000, at: '2026-11-27T12:25:00.000Z' },
  { text: 'retry after 2026-11-26T12:20:00Z', ahead: -900_000, at: '2026-11-26T12:35:00.000Z' },
  // No wait.
  { text: 'Your limit reset at 2026-11-26 11:00:00', at: undefined },
  { text: 'The model has reached its end of life on 2026-12-26T09:00:00Z', at: undefined },
  { text: 'resets at 25:70', at: undefined },
  { text: 'resets on 2026-13-45', at: undefined },
  { text: 'resets at 3pm (Atlantis/Center)', at: '2026-11-26T15:00:00.000Z' },
  { text: 'Your prompt "the meeting was moved, try again on 2026-12-01 please" was refused', at: undefined },
  { text: 'Please try again.', at: undefined },
];

describe('waits in prose', () => {
  for (const [text, ms] of SPANS) it(`are ${ms} ms: ${text}`, () => expect(parseWait(text)).to.equal(ms));

  for (const { text, at, zone, ahead = 0 } of MOMENTS) {
    const more = [zone, ahead === 0 ? undefined : `clock ${ahead / 1000} s ahead`].filter(Boolean).join(', ');
    it(`end at ${at}: ${text}${more === '' ? '' : ` (${more})`}`, () => {
      expect(iso(parseRetryTime(text, { ...CLOCK, ahead }, zone))).to.equal(at);
    });
  }

  it('know summer time', () => {
    const clock = { at: Date.parse('2026-07-01T12:00:00Z'), ahead: 0 };
    expect(iso(parseRetryTime('resets at 3pm (America/New_York)', clock))).to.equal('2026-07-01T19:00:00.000Z');
    expect(iso(parseRetryTime('resets at midnight Pacific', clock))).to.equal('2026-07-02T07:00:00.000Z');
  });

  for (const word of [
    'try again in ',
    'resets ',
    'until ',
    '2026-12-01 ',
    'at 3pm ',
    '1 hour and ',
    'wait ',
    '请在',
    '("',
    'again ',
    "'a ",
    '1:',
    'daily ',
  ]) {
    it(`are looked for in bounded time: ${JSON.stringify(word)}`, () => {
      const text = word.repeat(100_000 / word.length);
      const before = process.cpuUsage();
      parseRetryTime(text, CLOCK);
      parseRetryTime(`resets ${text}`, CLOCK);
      expect(process.cpuUsage(before).user / 1000).to.be.below(500);
    });
  }
});
