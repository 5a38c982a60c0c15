import type { ErrorRule } from '429chain/plugin';

const SERVER = [500, 501, 502, 503, 504, 520];

/** The provider does not know a field, or refuses a value. It says nothing about the model, a limit or the key. */
export const PARAMETERS: readonly ErrorRule[] = [
  {
    status: [400, 404, 422, ...SERVER],
    code: [
      'unsupported_parameter',
      'unknown_parameter',
      'unsupported_value',
      'missing_required_parameter',
      'invalid_function_call',
      'wrong_api_format',
      'extra_forbidden',
    ],
    class: 'bad_request',
    why: 'OpenAI; Mistral; Cerebras; FastAPI',
  },
  {
    status: [400, 422, ...SERVER],
    says: /\b(?:unsupported|unknown|unrecognized|unexpected|extra) (?:request |keyword )?(?:parameter|argument|field|property|name|inputs?)s?\b|\b(?:parameter|argument|field|property)\b.{0,80}\bis (?:unsupported|not (?:supported|allowed|permitted))\b/i,
    unless: /\bunknown model\b/i,
    class: 'bad_request',
    why: 'a field is refused by name',
  },
  {
    status: [400, 422, ...SERVER],
    says: /\bmax_(?:completion_|output_|new_)?tokens\b.{0,60}\b(?:too (?:large|high|big|many)|must be|should be|can(?:no|')t|may not|at most|exceeds?|greater|larger|out of range)\b|\bmaximum allowed number of output tokens\b/i,
    unless: /\bcontext (?:length|limit|size|window limit)\b|\binputs?\b|\bprompt\b/i,
    class: 'bad_request',
    why: 'the bound of the answer is above what the model has, not the prompt',
  },
  {
    says: /\b(?:model|endpoint|provider|deployment|library\/\S{1,100}|endpoints found that) (?:\S{1,100} )?(?:(?:does not|doesn't|do not|cannot|can't) (?:support|accept|handle|process|take)|support|can handle) (?:[\w`'"]+ ){0,3}[`'"]?(?:parameters?|tools?|tool[_ ]choice|tool[_ ]use|function[_ ]call\w*|functions?|images?|vision|audio|video|files?|stream\w*|system|developer|json|response_format|structured|reasoning|thinking|logprobs|multi\w*)\b/i,
    class: 'bad_request',
    why: 'the model works, but not with what this request asks for',
  },
  {
    status: SERVER,
    says: /\binvalid (?:parameter|argument|value|type|tools?|json|schema|request body)\b|\bvalidation error\b|\b(?:field|parameter|argument|value|property) (?:is )?required\b|\bmust be (?:an?|one of|less|greater|between|of type)\b|\bunhashable type\b|\bonly supports single tool/i,
    class: 'bad_request',
    why: 'a server that answers an invalid request with 5xx; NVIDIA NIM',
  },
];

/** Codes and sentences that mean the size of the request, even if they name a rate as well. */
export const TOO_LARGE_CODES: readonly ErrorRule[] = [
  {
    code: [
      'context_length_exceeded',
      'context_window_exceeded',
      'ContextWindowExceededError',
      'exceed_context_size_error',
      'tokens_limit_reached',
      'payload_too_large',
      'request_too_large',
      'prompt_too_long',
      'input_too_long',
      'string_above_max_length',
      'string_too_long',
    ],
    class: 'too_large',
    why: 'OpenAI and Cerebras; LiteLLM; llama.cpp; Azure; OpenRouter; Anthropic',
  },
  { status: [400, 413, 422], code: ['1261', '3051', '5021'], class: 'too_large', why: 'z.ai; Mistral; Cloudflare' },
  {
    says: /\brequest too large\b/i,
    unless: /\bused\b/i,
    class: 'too_large',
    why: 'Groq and OpenAI: this request alone is more than a minute allows; also for output tokens',
  },
];

const LENGTH = '(?:context|prompt|input|text|query|sequence|token|messages?|conversation|request)';

/** The request is longer than what the model takes. A rate of tokens is read before these. */
export const TOO_LARGE_WORDS: readonly ErrorRule[] = [
  {
    says: new RegExp(
      [
        String.raw`\bmax(?:imum)? (?:allowed |supported |model )?(?:context|sequence|input|prompt)(?: token)? ?(?:length|size|window|tokens|limit)?\b(?! (?:of|is) (?:an? )?(?:list|string))`,
        String.raw`\b(?:exceed\w*|over|beyond|larger than|longer than|greater than|too (?:large|long|big) for)\b.{0,60}\b(?:context (?:length|window|size|limit)|max(?:imum)? (?:number of )?(?:input |prompt |context |allowed )?(?:tokens|length)|(?:model|model's|input|prompt|context) (?:token )?limit)`,
        String.raw`\bcontext (?:length|window|size|limit)\b.{0,60}\b(?:exceed\w*|too (?:small|large|long|big)|overflow\w*|limit|full|(?:of|is) only)`,
        String.raw`\bcontext.{0,20}\boverflow`,
        String.raw`\bexceed\w* .{0,40}\blimit of ~?[\d,]{1,12} (?:input |prompt )?tokens\b`,
        String.raw`\btoken count\b.{0,40}\bexceed`,
        String.raw`\b${LENGTH}s? (?:\S{1,20} )?(?:is|are|was|were) (?:too|much too|far too) (?:long|large|big)\b`,
        String.raw`\b(?:prompt|input|context|request body|payload|request entity|content|message) too (?:long|large)\b`,
        String.raw`\b(?:reduce|shorten) (?:the |your )?(?:length|size)?(?: of)? ?(?:the |your )?(?:prompt|input|messages|conversation|context)\b`,
        String.raw`\binput length and .max_tokens. exceed`,
        String.raw`\brange of input length should be\b`,
        String.raw`\blonger than the (?:model's )?(?:context|max(?:imum)?)\b`,
        String.raw`\bmust have (?:less|fewer) than [\d,]{1,12} tokens\b`,
        String.raw`\b(?:tokens?|input|prompt|length)\b.{0,40}\bexceed\w* (?:\w+ ){0,4}max(?:imum)?\b`,
        String.raw`\bprompt\b.{0,40}\b[\d,]{1,12} tokens\b.{0,40}\b(?:limit|max(?:imum)?|only|model (?:accepts|allows|supports|takes))\b`,
        String.raw`\binputs. tokens \+ .max_new_tokens. must be\b`,
        String.raw`\btoo many (?:input |prompt |context )tokens\b|\btoo many tokens in\b|^too many tokens:`,
        String.raw`\btokens?\b.{0,40}\bexceed\w*\b.{0,40}\bwindow\b`,
        String.raw`\bprompt_tokens\b.{0,20}\+ max_tokens\b.{0,20}>|\breceived message larger than max\b`,
        String.raw`\bprompt exceeds\b|\bprompt contains [\d,]{1,12} tokens\b`,
      ].join('|'),
      'i',
    ),
    class: 'too_large',
    why: 'OpenAI, vLLM, Gemini, Cohere, Groq, Mistral, Anthropic, Bedrock, LM Studio, llama.cpp, Together, Alibaba, Moonshot',
  },
  {
    status: [200, 400, 413, 422, 500],
    says: /\btokens? limit (?:was |has been |is )?(?:exceeded|reached)\b|\bexceed\w* (?:[\w']+ ){0,4}tokens? limit\b/i,
    class: 'too_large',
    why: 'a limit of tokens without a time is the window; under 429 it is a rate',
  },
  {
    says: /超长|(?:上下文|输入|提示词?|请求|消息|长度|prompt|tokens?).{0,20}(?:超过|超出|过长|太长|超限)|最大(?:上下文|输入|长度|token)/i,
    unless: /频率|每分钟|分钟|余额|额度/,
    class: 'too_large',
    why: 'Zhipu, SiliconFlow and gateways, in Chinese',
  },
];

/** The content is refused, and no other target is asked. */
export const CONTENT_CODES: readonly ErrorRule[] = [
  {
    code: /^(?:content_filter|content_policy_violation|ResponsibleAIPolicyViolation|content_(?:blocked|moderation|violation)|moderation_\w{1,30}|data_inspection_failed|DataInspectionFailed|PROHIBITED_CONTENT|\w{0,30}sensitive_?content\w{0,30})$/i,
    class: 'moderation',
    why: 'OpenAI and Azure; Alibaba; Gemini; Volcengine',
  },
  {
    status: [400, 403],
    has: ['reasons', 'flagged_input'],
    class: 'moderation',
    why: 'OpenRouter behind another address',
  },
  { status: [400], code: ['1301'], class: 'moderation', why: 'z.ai' },
];

export const CONTENT_WORDS: readonly ErrorRule[] = [
  {
    says: /\bcontent (?:management |moderation |safety )?(?:policy|policies|filter)\b|\b(?:prompt|input|content|request|message|output)s? (?:\S{1,20} )?(?:was |were |is |has been |have been )?flagged\b|\bviolat\w+ .{0,40}\b(?:polic(?:y|ies)|guidelines?|terms|rules)\b|\bresult of our safety system\b|\busage (?:guidelines|polic(?:y|ies))\b.{0,40}\bviolat|\bviolat\w* .{0,30}\busage (?:guidelines|polic)|\b(?:inappropriate|prohibited|harmful|unsafe|sensitive) content\b|\bconsidered high risk\b|\bsafety (?:check|filter)s?\b|\bblocked\b.{0,30}\b(?:safety|recitation|prohibited)\b/i,
    unless:
      /\b(?:account|organi[sz]ation|access|api key)\b.{0,60}\b(?:terminated|deactivated|disabled|suspended|banned)\b/i,
    class: 'moderation',
    why: 'OpenAI, Azure, xAI, Moonshot, Alibaba, Mistral',
  },
  {
    says: /敏感|违规内容|不安全内容|内容安全|内容审核|审核(?:未|不)通过|涉嫌违规/,
    class: 'moderation',
    why: 'Zhipu and others, in Chinese',
  },
];
