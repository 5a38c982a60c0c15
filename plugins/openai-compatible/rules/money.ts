import type { ErrorRule } from '429chain/plugin';

const money = (says: RegExp, why: string, more: Partial<ErrorRule> = {}): ErrorRule => ({
  says,
  class: 'quota',
  about: 'money',
  scope: 'provider',
  why,
  ...more,
});

const MONEY = { class: 'quota', about: 'money', scope: 'provider' } as const;
/** The provider says that other models of the account go on. */
const PAID_MODELS = { class: 'quota', about: 'money', scope: 'target' } as const;

/** No credit. It has no window, and comes under every status. */
export const MONEY_CODES: readonly ErrorRule[] = [
  {
    code: ['insufficient_quota'],
    has: ['request_id'],
    class: 'rate_limit',
    about: 'limit',
    why: 'ModelScope and Alibaba: a burst that passes at the next try, although the word and the sentence are those of OpenAI',
  },
  {
    code: ['insufficient_quota'],
    says: /\brate\b|\bper (?:second|minute|hour|day)\b|\btoo (?:many|fast|quickly)\b|\b(?:try again|retry) (?:in|after)\b|\baliyun\b|\balibabacloud\b|\bmodelscope\b/i,
    unless: /\bbalance\b|\bcredits?\b/i,
    class: 'rate_limit',
    about: 'limit',
    why: 'the words beside the code mean a rate',
  },
  {
    code: [
      'insufficient_quota',
      'exceeded_current_quota_error',
      'credit_balance_exhausted',
      'organization_spend_limit_exceeded',
      'project_spend_limit_exceeded',
      'organization_usage_limit_exceeded',
      'budget_exceeded',
      'insufficient_user_quota',
      'openrouter_credits',
    ],
    ...MONEY,
    why: 'OpenAI and Moonshot, under 429; LiteLLM; New API; OpenRouter behind another address',
  },
  {
    code: ['CreditsError', 'MonthlyLimitError', 'UserLimitError'],
    ...PAID_MODELS,
    why: 'OpenCode Zen, under 401: its free models go on',
  },
  { status: [429], code: ['1113'], ...PAID_MODELS, why: 'z.ai: a paid model without balance; its free models go on' },
  { status: [400, 402, 403, 429], code: ['30001'], ...MONEY, why: 'SiliconFlow, under 403' },
  { status: [429], code: ['1309', '1314'], ...MONEY, why: 'z.ai: the plan has expired' },
  {
    code: /^(?:\w{1,30}[._-])?(?:insufficient|not_?enough|no|low|negative)[_-]?(?:account[_-]?)?(?:balance|credits?|funds)(?:_\w{1,20})?$|^billing_|overdue|arrear|^BILLING_DISABLED$/i,
    ...MONEY,
    why: 'OpenAI; MiniMax; Novita; Volcengine; Alibaba',
  },
];

const CREDIT = '(?:credits?(?! cards?)|balance|funds)';

/** Words that can mean nothing but money. */
export const MONEY_WORDS: readonly ErrorRule[] = [
  {
    status: [429],
    says: /^insufficient balance \(1008\)$/i,
    class: 'not_found',
    about: 'model',
    why: 'ModelScope: a retired model',
  },
  {
    status: [402],
    says: /\bpaid (?:model|balance)s?\b|\bpremium models?\b/i,
    ...PAID_MODELS,
    why: 'Kilo, Pollinations: the free models go on',
  },
  money(/\b(?:this|the) (?:\w+ )?requires a paid balance\b/i, 'Pollinations: the free models go on', PAID_MODELS),
  money(
    new RegExp(
      [
        String.raw`\b(?:insufficient|not enough|low|negative|zero|out of|ran out of|run out of|lacks?|requires? more) (?:\w+ ){0,3}?(?:${CREDIT}|money|pollen|prepaid \w+)\b`,
        String.raw`\b(?:don't|doesn't|do not|does not) have (?:any|enough|sufficient) (?:\w+ ){0,3}?${CREDIT}\b`,
        String.raw`\b${CREDIT}\b.{0,40}?\b(?:is|are|has|have|was|were|been|being)? ?(?:too low|insufficient|exhausted|depleted|expired|used up|not enough|not sufficient|negative|empty|run out|ran out|zero|overdrawn|below)\b`,
        String.raw`\b(?:depleted|used(?: up)?|exhausted|exceeded|consumed|spent|run out of|ran out of) (?:\w+ ){0,5}?${CREDIT}\b`,
        String.raw`\bcan only afford\b`,
      ].join('|'),
      'i',
    ),
    'OpenRouter, Anthropic, DeepSeek, NVIDIA, Hugging Face, xAI, Moonshot, z.ai and others',
    { unless: /\bin-flight\b/i },
  ),
  money(
    new RegExp(String.raw`\b(?:no|without) (?:\w+ ){0,3}?${CREDIT}\b|\bno credit\b(?! card)`, 'i'),
    'the same, unless it is advice beside a rate',
    { unless: /\brate[- ]?limit|\bper (?:minute|hour|day)\b/i },
  ),
  money(
    /\b(?:billing (?:hard |soft )?(?:limit|cap)|hard limit\b.{0,30}\bbilling|spend(?:ing)? (?:limit|cap))\b|(?<!\b(?:thinking|reasoning|token|output|latency|time) )\bbudget\b.{0,40}\b(?:exceeded|reached|exhausted)\b|\b(?:exceeded|reached|exhausted)\b.{0,30}(?<!\b(?:thinking|reasoning|token|output|latency|time) )\bbudget\b/i,
    'OpenAI, Fireworks, xAI, LiteLLM: a limit of spending',
  ),
  money(
    /\bpayment (?:is )?required\b|\barrears?\b|\barrearage\b|\boverdue\b|\bpast due\b|\bunpaid\b|\bfailure to pay\b|\bpayment (?:has )?failed\b|\bcard (?:was |has been |is )?declined\b|\binvoices?\b|\bin good standing\b|\bnot active, please check your billing\b|\bplease (?:recharge|top[ -]?up)\b/i,
    'OpenAI, Alibaba, Volcengine, Fireworks: an invoice is open',
    { unless: /\brate limit\b|\bper minute\b/i },
  ),
  money(
    /欠费|余额不足|余额.{0,6}(?:不足|耗尽|用尽)|请.{0,4}充值|(?:令牌|用户|账户|预扣费)额度|额度不足|资源包.{0,10}(?:用尽|不足|耗尽|用完)/,
    'in Chinese',
    {
      unless: /今日|每日|当日|本日/,
    },
  ),
  {
    says: /\bexceeded your current quota, please check your plan and billing\b/i,
    unless: /\bquota exceeded for metric\b|\bai\.google\.dev\b|\bai\.dev\b/i,
    ...MONEY,
    why: 'OpenAI, if a gateway lost its code. Gemini says the same about a minute or a day',
  },
  money(/^Key limit exceeded\b/, "OpenRouter behind another address: the key's own cap on credit"),
  { status: [402], ...MONEY, why: 'payment required' },
  { status: [412], says: /\bis suspended\b/, ...MONEY, why: 'Fireworks: billing' },
];

/** Words that other messages contain as advice. They come after limits. */
export const MONEY_HINTS: readonly ErrorRule[] = [
  money(
    /\b(?:no|missing|add a|valid|provide a|requires? a|without a|enter a) (?:valid )?payment method\b|\bpayment method (?:is )?(?:required|missing)\b|\btop[ -]?up\b|\brecharge\b|\b(?:add|purchase|buy) (?:more )?(?:credits?|funds)\b(?! cards?)|\b(?:enable|activate|set up|no active) billing\b|\bbilling (?:is )?(?:not (?:enabled|active|set up)|disabled|inactive|required)\b|\bsubscription (?:has )?(?:expired|ended|been cancell?ed|is (?:inactive|not active))\b|\btrial (?:has |period has |is )?(?:ended|expired|over)\b/i,
    'a person must pay first; Cerebras, SambaNova, DeepInfra, Google',
    { status: [200, 400, 401, 403, 404, 412, 422, 429, 500, 503] },
  ),
];
