import { type ErrorRule, nextMidnightIn, nextMinute, nextUtcMidnight } from '429chain/plugin';

const pacificMidnight = (at: number): number => nextMidnightIn('America/Los_Angeles', at);
const beijingMidnight = (at: number): number => nextMidnightIn('Asia/Shanghai', at);

const limit = (says: RegExp, why: string, more: Partial<ErrorRule> = {}): ErrorRule => ({
  says,
  class: 'rate_limit',
  about: 'limit',
  why,
  ...more,
});

/** Limits that a code or an exact sentence of one provider names. */
export const LIMIT_CODES: readonly ErrorRule[] = [
  {
    code: /PerDay/,
    class: 'quota',
    resets: pacificMidnight,
    why: 'Gemini: the hint of seconds does not hold for a day',
  },
  {
    code: ['RESOURCE_EXHAUSTED'],
    says: /\bexceeded your current quota\b/,
    class: 'rate_limit',
    why: 'Gemini: "check your plan and billing" does not mean credit',
  },
  {
    status: [429],
    code: ['4006', '3036'],
    class: 'quota',
    scope: 'provider',
    resets: nextUtcMidnight,
    why: "Cloudflare: the account's neurons of the day",
  },
  { status: [429], code: ['3021'], class: 'rate_limit', scope: 'provider', why: "Cloudflare: the account's minute" },
  {
    says: /\bfree-models-per-day\b/,
    class: 'quota',
    scope: 'pool',
    spent: { dimension: 'requests', window: '1d' },
    resets: nextUtcMidnight,
    why: 'OpenRouter, wrapped by a gateway that lost the reset',
  },
  {
    says: /\bfree-models-per-min\b/,
    class: 'rate_limit',
    scope: 'pool',
    spent: { dimension: 'requests', window: '1m' },
    why: 'OpenRouter, wrapped by a gateway that lost the reset',
  },
  {
    code: ['openrouter_in_flight_budget'],
    class: 'rate_limit',
    scope: 'provider',
    why: 'OpenRouter behind another address: too many at once for the balance',
  },
  { status: [429], code: ['1300'], class: 'rate_limit', resets: nextMinute, why: 'Mistral counts by the wall clock' },
  {
    says: /\bTrial key, which is limited to\b/,
    class: 'rate_limit',
    scope: 'provider',
    why: 'Cohere: all models share it',
  },
  {
    status: [429],
    code: ['1308'],
    says: /\b\d{1,2} hours?\b|\d{1,2} ?小时/,
    class: 'rate_limit',
    scope: 'provider',
    zone: 'Asia/Shanghai',
    why: 'z.ai: the five hours of the plan',
  },
  {
    status: [429],
    code: ['1308', '1310', '1313'],
    class: 'quota',
    scope: 'provider',
    zone: 'Asia/Shanghai',
    why: 'z.ai: week or month of the plan, fair use',
  },
  { status: [429], code: ['1304'], class: 'quota', resets: beijingMidnight, why: 'z.ai: the calls of the day' },
  {
    says: /\bexceeded today's quota for model\b/,
    class: 'quota',
    spent: { dimension: 'requests', window: '1d' },
    resets: beijingMidnight,
    why: 'ModelScope: the day of this model',
  },
  {
    says: /\bexceeded today's quota\b.{0,20}\btry again tomorrow\b/,
    class: 'quota',
    scope: 'provider',
    resets: beijingMidnight,
    why: 'ModelScope: the day of the account',
  },
  {
    code: ['PROMOTION_MODEL_LIMIT_REACHED'],
    class: 'quota',
    scope: 'provider',
    why: 'Kilo, under 401: what an address has without a key in 24 hours',
  },
  { code: ['FreeUsageLimitError'], class: 'quota', scope: 'provider', why: "OpenCode Zen: the address's free day" },
  { code: ['GoUsageLimitError'], class: 'rate_limit', scope: 'provider', why: 'OpenCode Zen: the plan' },
  {
    status: [429],
    code: ['RateLimitError'],
    has: ['metadata'],
    class: 'rate_limit',
    resets: nextMinute,
    why: 'OpenCode Zen counts by the wall clock, and its header always says 60',
  },
  {
    says: /^Free tier requests on this model are rate-limited\b/,
    class: 'rate_limit',
    scope: 'provider',
    why: 'Vercel says "this model", and counts the account',
  },
  {
    says: /\breached your (?:session|hourly|daily|weekly|monthly) usage limit\b|\busage limit (?:reached|exceeded)\b/i,
    class: 'rate_limit',
    scope: 'provider',
    why: 'Ollama Cloud, OpenCode Zen, Kilo: the account or the address',
  },
  {
    code: ['RateLimitReached'],
    says: /\bexceeded for User(?:By(?:Minute|Day)|ConcurrentRequests)\b/,
    class: 'rate_limit',
    scope: 'provider',
    why: 'Azure: not by model',
  },
  {
    code: ['rate_limit_error'],
    says: /\byour (?:organization's )?(?:per-minute )?rate limit\b/,
    class: 'rate_limit',
    scope: 'provider',
    why: "Anthropic's dialect: the account",
  },
];

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
      String.raw`\bfree (?:tier |plan |allocated |usage )?(?:quota|allowance|allocation|tokens|requests)\b.{0,40}\b${SPENT}\b`,
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
