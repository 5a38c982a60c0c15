import type { ErrorRule } from '429chain/plugin';

/** The provider has no capacity, by code or by an exact sentence. */
export const CAPACITY_CODES: readonly ErrorRule[] = [
  { says: /\bDEGRADED function cannot be invoked\b/, class: 'overloaded', why: 'NVIDIA NIM' },
  {
    says: /^ResourceExhausted: Worker\b/,
    class: 'overloaded',
    why: 'NVIDIA NIM: not our limit, but that of its workers',
  },
  { status: [429], code: ['3505', '3040', '1305', '1312'], class: 'overloaded', why: 'Mistral; Cloudflare; z.ai' },
  { code: ['50505', '50603'], class: 'overloaded', why: 'SiliconFlow' },
  {
    says: /\bmaximum pending requests exceeded\b|^Loading model$/,
    class: 'overloaded',
    scope: 'provider',
    why: 'Ollama: its queue is full. llama.cpp: it starts',
  },
  {
    code: /^(?:engine_overloaded(?:_error)?|overloaded(?:_error)?|(?:server|model|provider|service)_?overloaded(?:_error)?|(?:provider|service)_unavailable|UNAVAILABLE|unavailable_error|queue_(?:exceeded|full)|(?:model_)?capacity_(?:exceeded|exhausted)|no_capacity)$/i,
    class: 'overloaded',
    why: 'by name: Moonshot, Anthropic, OpenRouter, Gemini, Cerebras, llama.cpp',
  },
  { status: [499], class: 'server_error', why: 'cancelled, but not by the caller' },
  { code: /^Model(?:Error|Timeout|StreamError)Exception$/, class: 'server_error', why: 'AWS: the model failed' },
];

const MACHINES =
  '(?:workers?|instances?|servers?|replicas?|upstreams?|endpoints?|backends?|nodes?|gpus?|deployments?|channels?|slots?)';

/** Words for a lack of capacity. */
export const CROWDED = new RegExp(
  [
    String.raw`\boverload(?:ed|ing)?\b`,
    String.raw`\b(?:too |is |are |currently |very |server |service |system |temporarily )busy\b`,
    String.raw`\b(?:at|over|no|insufficient|out of|limited|lack of|reached|exceed\w*|not enough) (?:\w+ ){0,2}capacity\b`,
    String.raw`\bcapacity\b.{0,40}\b(?:exceeded|exhausted|reached|unavailable|full|constraints?)\b`,
    String.raw`\bout of memory\b|\bcache is full\b`,
    String.raw`\b(?:high|heavy|peak) (?:traffic|demand|load|usage|volume)\b`,
    String.raw`\bload\b.{0,20}\bhigh\b|\btoo much load\b`,
    String.raw`\bqueue\b.{0,20}\bfull\b|\bpending requests\b`,
    String.raw`\bno (?:available |healthy |free |ready |idle )?${MACHINES}\b`,
    String.raw`\b(?:service|server|model|engine|endpoint|system|upstream|backend|gpu|deployment|instance|host|cluster)\b.{0,30}\b(?:unavailable|warming up|loading|starting|initiali[sz]ing|scaling|restarting)\b`,
    String.raw`\bloading (?:the )?model\b|\bcold start\b|\bunder maintenance\b`,
    String.raw`\bupstream (?:request|service|provider|server|model)?\s?(?:failed|failure|error|timed out|timeout|unavailable|connect)`,
    String.raw`\btry again (?:later|soon|shortly|in a (?:few|moment|while|minute))|\bretry (?:later|shortly)\b|\bplease retry\b`,
  ].join('|'),
  'i',
);

export const CAPACITY_WORDS: readonly ErrorRule[] = [
  {
    status: [502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 530],
    plainText: true,
    says: CROWDED,
    class: 'overloaded',
    scope: 'provider',
    why: 'a gateway in front of the API has no server for it, so it concerns all models',
  },
  { says: CROWDED, class: 'overloaded', about: 'capacity', why: 'no capacity, or not now, under whatever status' },
  {
    says: /繁忙|过载|负载|拥挤|排队|稍后(?:再试|重试)|服务(?:暂时)?不可用/,
    class: 'overloaded',
    about: 'capacity',
    why: 'in Chinese',
  },
];
