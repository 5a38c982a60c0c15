import type { ErrorRule } from '429chain/plugin';

const limit = (says: RegExp, why: string, more: Partial<ErrorRule> = {}): ErrorRule => ({
  says,
  class: 'rate_limit',
  about: 'limit',
  why,
  ...more,
});

const SPENT = String.raw`(?:exceed\w*|reached|exhausted|used(?: up)?|hit|consumed|depleted|run out|ran out|over|spent)`;
const ALLOWANCE = '(?:limit|quota|allowance|allocation|cap|requests|tokens|calls|messages)';
const DAY = "(?:today's|daily|weekly|monthly)";
const UNIT = '(?:second|sec|minute|min|hour|day|week|month)';

/** A day or longer is spent, under whatever status. */
const DAYS: readonly ErrorRule[] = [
  {
    says: new RegExp(
      [
        String.raw`\b${SPENT}\b.{0,60}\b${DAY}\b.{0,30}\b${ALLOWANCE}\b`,
        String.raw`\b${DAY}\b.{0,40}\b${ALLOWANCE}\b.{0,40}\b${SPENT}\b`,
        String.raw`\btry again tomorrow\b`,
        String.raw`\b(?:no|0|zero) (?:\w+ ){0,2}(?:${ALLOWANCE}|credits) (?:left|remaining|available) (?:for )?(?:today|this (?:week|month))\b`,
      ].join('|'),
      'i',
    ),
    class: 'quota',
    about: 'limit',
    why: 'what a day, a week or a month gives is used up',
  },
  {
    says: new RegExp(
      String.raw`\bfree (?:tier |plan |allocated |usage )?(?:quota|allowance|allocation|tokens|requests|usage)\b.{0,40}\b${SPENT}\b`,
      'i',
    ),
    unless: /\bmodel\b/i,
    class: 'quota',
    about: 'limit',
    why: 'what is free is used up. If it names a model, the words about models decide',
  },
  {
    says: /(?:今日|每日|当日|当天|本日|本周|本月|每周|每月).{0,20}(?:额度|次数|限额|配额|上限)/,
    class: 'quota',
    about: 'limit',
    why: 'the same in Chinese',
  },
];

/** A rate, which no other message talks about. */
const RATES: readonly ErrorRule[] = [
  limit(
    new RegExp(
      [
        String.raw`\brate[- ]?limit(?:s|ed|ing)?\b`,
        String.raw`\btoo many (?:\w+ ){0,2}requests\b`,
        String.raw`\brequest rate\b`,
        String.raw`\b(?:requests?|tokens?|calls?|queries|messages?|images?) ?(?:per|/|an?|each|every) ?${UNIT}\b`,
        String.raw`\bthrottl(?:ed|ing)\b`,
        String.raw`\brequests? too (?:quickly|fast|often|frequently)\b`,
        String.raw`\bconcurrent requests?\b`,
        String.raw`\b(?:concurren(?:t|cy)|parallel|simultaneous)\b.{0,40}\b(?:limit|exceed\w*|reached|max(?:imum)?)\b`,
        String.raw`\b(?:limit|exceed\w*|too many|max(?:imum)?)\b.{0,40}\b(?:concurren(?:t|cy)|parallel|simultaneous)\b`,
        String.raw`\bin-flight requests\b`,
      ].join('|'),
      'i',
    ),
    'a limit in words, under whatever status',
  ),
  limit(/\b(?:[RQ]P[SMHD]|[IO]?TP[SMHD])\b/, 'a limit by its letters'),
  limit(
    /频率|限流|速率|请求(?:数|次数)?(?:过多|过快|过于频繁|超限)|并发(?:数|量)?.{0,6}(?:过高|过大|超|限|达到)|每(?:分钟|秒|小时)/,
    'in Chinese',
  ),
];

/** A limit that names itself and the account, but no model. */
const ACCOUNTS = RATES.slice(0, 1).map(
  ({ says, ...rule }): ErrorRule => ({
    ...rule,
    says: new RegExp(
      String.raw`^(?=.{0,300}(?:${says?.source})).{0,200}\b(?:your|this) (?:account|organi[sz]ation|api key|key|ip(?: address)?|workspace)\b`,
      'i',
    ),
    unless: /\bmodel\b|\bincrease your\b|\bto your account\b/i,
    scope: 'provider',
    why: 'the limit is of the account, the key or the address',
  }),
);

export const LIMIT_WORDS: readonly ErrorRule[] = [...DAYS, ...ACCOUNTS, ...RATES];

/** Vaguer words. They come after the words about a model, the account and the size. */
export const LIMIT_HINTS: readonly ErrorRule[] = [
  limit(
    new RegExp(
      [
        String.raw`\bquota\b.{0,60}\b${SPENT}\b|\b(?:${SPENT}|out of|insufficient|no|no remaining)\b.{0,40}\bquota\b`,
        String.raw`\b(?:usage|requests?|call|message|api|account|hourly|plan|key|tokens?) (?:limit|cap)s?\b.{0,40}\b${SPENT}\b`,
        String.raw`\b${SPENT}\b.{0,40}\b(?:usage|requests?|api|call|message|hourly|plan|key|tokens?) (?:limit|cap)s?\b`,
        String.raw`\blimit (?:was |has been |is )?(?:reached|exceeded|hit)\b`,
        String.raw`\b(?:reached|exceeded|hit) (?:your|the|a) limit\b`,
        String.raw`\bout of (?:requests|tokens)\b|\bmax(?:imum)? (?:number of )?requests\b`,
      ].join('|'),
      'i',
    ),
    'a limit that has no name',
    {
      unless:
        /\b(?:size|length|dimension|depth|character|file|image|context|schema|parameter|recursion|time|output|tool\w*|batch|array) limit\b|\bworker\b/i,
    },
  ),
  limit(/限额|配额|额度.{0,6}(?:用尽|用完|耗尽)|使用上限/, 'in Chinese'),
  limit(
    /\b(?:try again|retry|wait)\b.{0,20}\b\d{1,6} ?(?:ms|s|sec|seconds?|m|min|minutes?|h|hours?)\b/i,
    'it says when to come again',
    { status: [400, 401, 403, 404, 406, 409, 422] },
  ),
];

/** Names of limits. They add nothing to a 429, but are all there is under another status and inside an answer. */
export const LIMIT_NAMES: readonly ErrorRule[] = [
  {
    status: [200, 400, 401, 403, 409, 422, 500, 502, 503, 504],
    code: /^(?:rate_?limit(?:s|ed)?(?:_?(?:exceeded|error|reached|reached_error))?|too_many_requests(?:_error)?|RESOURCE_EXHAUSTED|quota_?exceeded|Throttling(?:\.\w{1,40})?|limit_(?:requests|tokens|burst_rate)|(?:request|token)s?_limit(?:_exceeded|_reached)?|(?:Throttl(?:ing|ed)|TooManyRequests|LimitExceeded|RequestLimitExceeded|ServiceQuotaExceeded)(?:Exception)?)$/i,
    class: 'rate_limit',
    about: 'limit',
    why: 'a limit by its name alone',
  },
];
