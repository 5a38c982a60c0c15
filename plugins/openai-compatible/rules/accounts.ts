import type { ErrorRule } from '429chain/plugin';

const ACCOUNT = { class: 'auth', about: 'account', scope: 'provider' } as const;
const REFUSED = [200, 400, 401, 403, 404, 412, 422, 429, 451];

/** A fact of the account or of its key, under whatever status. */
export const ACCOUNT_CODES: readonly ErrorRule[] = [
  {
    code: /^(?:API_KEY_INVALID|(?:invalid|incorrect|wrong|missing|expired|revoked)_?api_?key|InvalidApiKey|invalid_key|\w{0,30}Auth(?:entication)?Error|(?:ExpiredToken|UnrecognizedClient|InvalidClientTokenId|InvalidSignature|MissingAuthenticationToken)(?:Exception)?)$/i,
    class: 'auth',
    why: 'Gemini says so with a 400; LiteLLM, Spark; AWS',
  },
  {
    code: /^(?:unsupported_country_region_territory|customer_verification_required|RegionError|access_terminated|SERVICE_DISABLED|CONSUMER_SUSPENDED|(?:account|organi[sz]ation|org|project|user|team|workspace)_(?:restricted|deactivated|disabled|suspended|blocked|banned|locked|terminated|inactive|not_active)\w{0,20})$/i,
    ...ACCOUNT,
    why: 'OpenAI, Vercel, OpenCode Zen, Groq, Google: the key is good, a person must act',
  },
  {
    status: [400, 403],
    code: ['FAILED_PRECONDITION'],
    says: /\blocation\b|\bcountry\b|\bregion\b/i,
    ...ACCOUNT,
    why: 'Gemini gives this country no free tier',
  },
  { status: [403], code: ['3023'], ...ACCOUNT, why: 'Cloudflare: the account' },
  {
    status: [400, 401, 403, 429],
    code: ['1110', '1111', '1112', '1121'],
    ...ACCOUNT,
    why: 'z.ai: inactive, unknown, locked',
  },
  {
    status: [498],
    says: /\bblocked\b/i,
    class: 'bad_request',
    why: 'Cohere: a blocked token of the answer, and not capacity as at Groq',
  },
];

const WHO = '(?:organi[sz]ation|account|team|project|workspace|user|consumer)s?';
const PLACE = '(?:country|countries|region|territory|location|jurisdiction)';

/** Words about the account. Words about a model come before these. */
export const ACCOUNT_WORDS: readonly ErrorRule[] = [
  {
    status: REFUSED,
    says: new RegExp(
      [
        String.raw`\b${WHO}\b.{0,60}\b(?:restricted|deactivated|disabled|suspended|banned|blocked|terminated|locked|frozen|not (?:been )?(?:verified|activated|approved)|denied access)\b`,
        String.raw`\baccess (?:was |has been )?terminated\b`,
        String.raw`\bcomplete (?:the |your )?(?:\w+ )?verification\b`,
        String.raw`\b(?:verify|verification of|verified) (?:your |an? )?(?:\w+ ){0,2}(?:account|phone|e-?mail|identity|organi[sz]ation|card)\b`,
        String.raw`\b(?:account|phone|e-?mail|identity|organi[sz]ation|real[- ]name)\b.{0,40}\b(?:must be |not |is not |un|to be )?verif`,
        String.raw`\bbind your\b.{0,40}\baccount\b`,
        String.raw`\b${PLACE}\b.{0,60}\b(?:not (?:yet )?(?:supported|available|allowed|permitted|served)|unsupported|blocked|restricted|forbidden|prohibited)`,
        String.raw`\b(?:unsupported|not (?:available|supported|offered|allowed)|unavailable|access denied|blocked|restricted)\b.{0,60}\b${PLACE}\b`,
        String.raw`\b(?:accept|agree to)\b.{0,60}\b(?:terms|licen[cs]e|agreement)\b`,
        String.raw`\bhas not been used in project\b`,
      ].join('|'),
      'i',
    ),
    ...ACCOUNT,
    why: 'country, verification, terms, or switched off: the key is good, a person must act',
  },
  {
    status: REFUSED,
    says: /实名|地区.{0,10}不(?:支持|可用)|账[户号].{0,10}(?:封禁|锁定|冻结|停用|异常)/,
    ...ACCOUNT,
    why: 'in Chinese',
  },
];

/** Words about the key under a status that does not mean it. */
export const KEY_WORDS: readonly ErrorRule[] = [
  {
    status: [200, 400, 422],
    says: /\b(?:invalid|incorrect|wrong|missing|expired|revoked|no|malformed|bad)\b.{0,20}\bapi[ _-]?key\b|\bapi[ _-]?key\b.{0,40}\b(?:not valid|invalid|incorrect|missing|expired|revoked|leaked|disabled|required|not (?:provided|found)|does not exist)\b|\bpass a valid api key\b|\bauthentication (?:failed|fails|required|error)\b|\b(?:invalid|expired) (?:api|access|auth\w*|bearer) token\b|\b(?:invalid|expired|missing|wrong|incorrect|bad) credentials?\b|\btoken (?:is |has )?expired\b|\b(?:security|session) token\b.{0,40}\b(?:invalid|expired)\b|\bunauthori[sz]ed\b|无效的(?:令牌|密钥)|(?:密钥|令牌|api key).{0,6}(?:无效|错误|过期)/i,
    class: 'auth',
    why: 'Gemini, with and without its code; gateways',
  },
  {
    status: [200],
    code: ['authentication_error', 'invalid_authentication_error', 'UNAUTHENTICATED', 'unauthorized'],
    class: 'auth',
    why: 'the key, inside an answer',
  },
];
