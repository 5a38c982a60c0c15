import type { ErrorRule } from '429chain/plugin';
import { CROWDED } from './capacity.js';

/** Statuses under which the words may be about a model. 402 is always money. */
const ANY = [200, 400, 401, 403, 404, 405, 406, 409, 410, 412, 422, 424, 429, 451, 500, 501, 502, 503];
const REFUSED = [200, 400, 401, 403, 404, 405, 406, 409, 410, 412, 422, 451];

const model = (says: RegExp, why: string, more: Partial<ErrorRule> = {}): ErrorRule => ({
  status: ANY,
  says,
  class: 'not_found',
  about: 'model',
  why,
  ...more,
});

/** One model is unknown, gone, or not for this key. The account and its other models go on. */
export const MODEL_CODES: readonly ErrorRule[] = [
  {
    code: /^(?:invalid|unknown|unsupported|unavailable|no_such|disabled|deprecated)[_-]?model(?:[_-]?(?:name|id|error))?$/i,
    class: 'not_found',
    about: 'model',
    why: 'Mistral; GitHub; Perplexity',
  },
  {
    code: /^(?:\w{1,30}[._])?(?:model|deployment|endpoint_?or_?model)[._-]?(?:is_)?(?:not[._-]?(?:found|exists?|available|supported|active|allowed|enabled|open|accessible|permitted)|archived|decommissioned|deprecated|retired|disabled|blocked|terms_required|permission_\w{1,30}|access_?denied|gated|\.NotFound)(?:_\w{1,20})?$/i,
    class: 'not_found',
    about: 'model',
    why: 'OpenAI; Cerebras; Groq; Together; Hugging Face; Vercel; LiteLLM; Azure; Volcengine',
  },
  {
    code: ['NotFoundError', 'not_found_error', 'Model.AccessDenied', 'InvalidEndpointOrModel.NotFound'],
    class: 'not_found',
    about: 'model',
    why: 'vLLM; Ollama; Alibaba; Volcengine',
  },
  {
    status: REFUSED,
    code: ['ModelError', 'PAID_MODEL_AUTH_REQUIRED', 'AllocationQuota.FreeTierOnly', 'no_access'],
    class: 'not_found',
    about: 'model',
    why: 'OpenCode Zen, under 401; Kilo, under 401; Alibaba: the free tier of this model is over; GitHub',
  },
  {
    status: [400, 403, 404],
    code: ['3041', '5016', '5018', '5007'],
    class: 'not_found',
    about: 'model',
    why: 'Cloudflare: not for this account, terms not accepted, no such model',
  },
  { status: [403], code: ['1913'], class: 'not_found', about: 'model', why: 'Mistral: a Labs model' },
  { status: [400, 404], code: ['1500'], class: 'not_found', about: 'model', why: 'Mistral: unknown or withdrawn' },
  {
    status: [400, 403, 404],
    code: ['1211', '1220', '1221', '1222'],
    class: 'not_found',
    about: 'model',
    why: 'z.ai: unknown, no right, withdrawn. 1214 is an invalid parameter',
  },
  { status: [400, 404], code: ['20012'], class: 'not_found', about: 'model', why: 'SiliconFlow: unknown' },
];

const NAME = String.raw`(?!(?:output|response|result|parameter|field|input|message|call)s?\b)(?:(?:id|name)? ?[:=]? ?['"\x60]?[\w./:@+-]{1,120}['"\x60]?,? )?`;
const MODEL = String.raw`(?<!\b(?:for|with|by|of|on|in|to) (?:this|the|your|that|a) )\bmodels?\b:?`;
const VERB = '(?:is|was|are|has been|have been) (?:currently |now )?';
const NOT =
  'not (?:found|available|allowed|enabled|supported|deployed|permitted|accessible|activated|offered|served|hosted|registered|configured|recognized|included)(?! (?:with|when|if|together|in combination)\\b)';
const GONE =
  '(?:unknown|invalid|deprecated|archived|decommissioned|retired|removed|blocked|disabled|discontinued|withdrawn|sunset|gated|restricted|shut down)';
/** A word that only a model's id can be: it has a digit, a slash or a hyphen. */
const ID = String.raw`(?=[\w./:@+-]{0,100}[\d/-])[\w./:@+-]{2,120}`;
const IS = '(?:is |was |has |has been |are |that you requested )?(?:currently |either )?';

/** Words about a model that is only missing for a moment. They come before the words about models. */
export const MODEL_BUSY: readonly ErrorRule[] = [
  {
    says: /\b(?:not (?:yet )?(?:ready|loaded)|not available (?:right now|at (?:the|this) moment|at this time)|(?:temporarily|currently) (?:not available|unavailable|offline|down))\b(?! (?:on|for|in|to|under|with) (?:your|this|the|free)\b)|\bmodel is unavailable\b|\bendpoint is (?:\w+ )?unavailable\b/i,
    class: 'overloaded',
    why: 'away for a moment; OpenCode Zen',
  },
  {
    status: [403],
    says: CROWDED,
    unless: /\b(?:plan|tier|subscription|account|key)\b/i,
    class: 'overloaded',
    about: 'capacity',
    why: 'a 403 about a model that has no capacity is not about who may use it',
  },
];

export const MODEL_WORDS: readonly ErrorRule[] = [
  model(
    new RegExp(
      [
        // "The model `x` does not exist", "Model x, that you requested, is not supported".
        String.raw`${MODEL} ${NAME}${IS}(?:${NOT}|(?:does not|doesn't|not) exist|no longer|(?:has )?reached (?:its |the )?end[- ]of[- ]life|could not be found|requires? (?:\w+ ){0,5}(?:subscription|plan|tier|licen[cs]e|approval|upgrade|terms|access|verification|account|agreement)\b|(?:is )?only (?:available|accessible|for)\b)`,
        // "Model x is deprecated", "model blocked for this organisation". Without a verb, another word may follow the model.
        String.raw`${MODEL} ${NAME}${VERB}${GONE}\b|${MODEL} (?:blocked|disabled|archived|decommissioned|deprecated|retired|removed)\b`,
        String.raw`\b(?:unknown|no such|nonexistent|unrecognized|unsupported|not a valid|invalid) model\b(?! (?:parameter|output|response|argument))`,
        String.raw`\bmodels?/\S{1,120} is not (?:found|supported)\b`,
        String.raw`\bno models? (?:loaded|found|named|with (?:the )?(?:id|name)|available)\b`,
        String.raw`\bcould not find (?:the )?model\b|\bnot found the model\b|\bmodel \S{0,120} ?(?:could not|cannot|can't) be found\b`,
        String.raw`\bnon-serverless model\b`,
        String.raw`\bhas no provider supported\b|\bnot supported by any provider\b|\bno (?:available )?(?:endpoints?|providers?|channels?) (?:found |available )?(?:for|matching)\b`,
        String.raw`\binvalid model name\b`,
      ].join('|'),
      'i',
    ),
    'unknown, gone or not offered, in the words of nearly all providers',
  ),
  model(
    /\b(?:no|not have|don't have|without|denied|lacks?|grant(?:ed)?|insufficient) (?:the )?(?:access|permissions?|entitlements?|rights?)\b.{0,60}\bmodels?\b|\bnot (?:allowed|authori[sz]ed|permitted|entitled|eligible|approved|activated|subscribed) (?:to|for) (?:access|use|using|call|run|invoke)\b.{0,60}\bmodels?\b|\bnot (?:activated|subscribed to) (?:this|the) model\b|\b(?:cannot|can't|unable to) (?:access|use)\b.{0,40}\bmodel\b|\baccess to (?:this |the )?model\b.{0,60}\b(?:denied|restricted|blocked|not|requires?)\b|\bblocked\b.{0,40}\bmodel\b|\bmust be verified to use the model\b|\bmodel\b.{0,120}\bblocked\b/i,
    'this key may not use this model; OpenAI, Groq, LiteLLM, Cloudflare, GitHub',
    { status: REFUSED, unless: /\binference providers\b|\bmissing scopes?\b/i },
  ),
  model(
    /\bfree (?:tier|trial|quota|plan|period|usage|access|allowance|promotion|version)\b.{0,80}\bmodel\b.{0,80}\b(?:over|ended|expired|exhausted|used up|finished|closed|removed|(?:not|no longer) (?:available|offered|supported))\b|\bmodel\b.{0,80}\bfree (?:tier|trial|quota|plan|period|usage|access|allowance|promotion|version)\b.{0,80}\b(?:over|ended|expired|exhausted|used up|finished|closed|removed)\b|\b(?:alpha|beta|preview|free|trial|promotional) period\b.{0,60}\b(?:ended|over)\b/i,
    'the free tier of one model is over; Alibaba, Kilo',
    { status: REFUSED },
  ),
  model(
    new RegExp(
      String.raw`\bfree (?:tier|trial|access|period|usage)\b.{0,20}\b(?:to|for|of|on) ${ID}.{0,40}\b(?:over|ended|expired|closed)\b|(?<!\S)['"\x60]?${ID}['"\x60]? (?:is not|isn't) (?:available|enabled|allowed|accessible|supported) (?:for|to|in|on|by) (?:your|this)\b`,
      'i',
    ),
    'the same without the word model',
    { status: [401, 403] },
  ),
  model(/\bmodel\b/i, 'a 403 that talks about a model is not about the key', {
    status: [403],
    unless:
      /\bmissing scopes?\b|\binference providers\b|\bmodels? (?:api|list)\b|\b(?:invalid|incorrect|expired|revoked|leaked|disabled)\b.{0,20}\b(?:key|token)\b/i,
  }),
  model(/\bto (?:use|access) (?:this|the) model\b/i, 'Kilo: a paid model, for a caller without a key', {
    status: [401],
  }),
  {
    status: [429],
    says: /\bfree (?:trial |tier )?quota\b.{0,40}\bmodel\b/i,
    class: 'quota',
    why: 'Volcengine: what is free of this model is used up',
  },
  model(
    /\b(?:not|isn't|only|exclusively) (?:available|included|supported|allowed|offered|accessible)\b.{0,30}\b(?:plans?|tiers?|subscriptions?|free accounts?|free users?|paid users?|paying|subscribers)\b|\byour (?:current )?(?:plan|tier|subscription)\b.{0,40}\b(?:does not|doesn't|not) (?:include|support|allow|cover|have access)\b|\brequires? (?:a |an )?(?:\w+ ){0,3}(?:subscription|plan|tier)\b|\b(?:reserved for|exclusive to|limited to) (?:paid|paying|premium|pro|plus|enterprise)\b|\bupgrade (?:your (?:plan|account|subscription) )?(?:for|to) (?:get |gain )?(?:access|use this|unlock)|\b(?:this|a) is a paid model\b|\bpaid models? (?:only|requires?)\b/i,
    'not on this plan; Ollama Cloud, Vercel, Together',
    { status: REFUSED },
  ),
  model(
    /\bmodel\b.{0,120}\b(?:country|region|territory|jurisdiction|location)\b|\b(?:accept|agree to)\b.{0,60}\bterms\b.{0,60}\bmodel\b|\bmodel\b.{0,120}\b(?:requires? terms|terms (?:of \w+ )?(?:acceptance|not accepted|must be accepted))|\bdata collection is required for this model\b/i,
    'not here, or not before its terms are accepted; Groq, Cloudflare, Kilo',
    { status: REFUSED },
  ),
  model(
    /模型(?:不存在|未找到|已下线|不可用|未开通|不支持)|无权(?:访问|使用).{0,20}模型|未开通.{0,20}模型|无可用渠道|不存在.{0,10}模型/,
    'in Chinese',
  ),
];
