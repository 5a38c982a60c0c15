import { readErrorBody } from '429chain/plugin';
import { expect } from 'chai';
import { builtIns } from '../../../../plugins/index.js';
import { failureOf, hostOf } from '../../../plugins/simulated-host.js';

interface Row {
  readonly it: string;
  readonly body: unknown;
  readonly message: string;
  /** What people see, if it is not the message. */
  readonly summary?: string;
  readonly codes?: readonly string[];
  readonly status?: number;
  readonly plainText?: boolean;
}

const ROWS: readonly Row[] = [
  { it: 'an object', body: { error: { message: 'no', type: 't', code: 'c' } }, message: 'no', codes: ['c', 't'] },
  {
    it: 'an object of one layer (Cerebras)',
    body: { message: 'no', type: 't', param: 'quota', code: 'c' },
    message: 'no',
    codes: ['c', 't'],
  },
  {
    it: 'an array with one item (Gemini)',
    body: [{ error: { code: 429, message: 'no', status: 'S' } }],
    message: 'no',
    codes: ['429', 'S'],
    status: 429,
  },
  { it: 'JSON in a string', body: ' {"error": {"message": "no"}}', message: 'no' },
  {
    it: 'JSON in a message',
    body: { object: 'error', message: '{"detail":[{"loc":["body","x"],"msg":"no","type":"t"}]}' },
    message: 'no',
    codes: ['t'],
  },
  { it: 'an error that is a string (Ollama)', body: { error: 'no' }, message: 'no' },
  {
    it: 'an error that is a string beside its code (xAI)',
    body: { code: 'c', error: 'no' },
    message: 'no',
    codes: ['c'],
  },
  {
    it: 'a message that is an object (Mistral)',
    body: { message: { detail: [{ msg: 'no' }, { msg: 'nor that' }] }, code: null },
    message: 'no; nor that',
  },
  { it: 'a detail (FastAPI)', body: { detail: 'no' }, message: 'no' },
  {
    it: 'a detail with a title (NVIDIA)',
    body: { status: 402, title: 'Payment Required', detail: 'no' },
    message: 'no',
    codes: ['402'],
    status: 402,
  },
  {
    it: 'a title alone (NVIDIA)',
    body: { status: 429, title: 'Too Many Requests' },
    message: 'Too Many Requests',
    codes: ['429'],
    status: 429,
  },
  {
    it: 'a list of errors (Cloudflare)',
    body: { success: false, errors: [{ message: 'no', code: 4006 }] },
    message: 'no',
    codes: ['4006'],
  },
  {
    it: 'a status as a string (a gateway)',
    body: { error: { message: 'no', code: '429' } },
    message: 'no',
    codes: ['429'],
    status: 429,
  },
  {
    it: "a frame's own status (Groq)",
    body: { error: { message: 'no', code: 'c', status_code: 400 } },
    message: 'no',
    codes: ['c'],
    status: 400,
  },
  {
    it: 'metadata (OpenRouter)',
    body: { error: { message: 'no', code: 402, metadata: { limit_source: 's', error_type: 'e' } } },
    message: 'no',
    codes: ['402', 'e', 's'],
    status: 402,
  },
  {
    it: 'plain text (DeepSeek)',
    body: 'Authentication Fails (governor)\n',
    message: 'Authentication Fails (governor)',
    plainText: true,
  },
  {
    it: 'HTML',
    body: '<html></html>',
    message: '<html></html>',
    summary: 'an HTML page without a title',
    plainText: true,
  },
  {
    it: 'HTML with a title (Cloudflare)',
    body: '<!DOCTYPE html>\n<html><head><title>a | 524: A timeout &amp; more</title>',
    message: '<!DOCTYPE html>\n<html><head><title>a | 524: A timeout &amp; more</title>',
    summary: 'an HTML page: a | 524: A timeout & more',
    plainText: true,
  },
  {
    it: 'HTML with a heading (nginx)',
    body: '<html><body><center><h1>502 Bad Gateway</h1></center>',
    message: '<html><body><center><h1>502 Bad Gateway</h1></center>',
    summary: 'an HTML page: 502 Bad Gateway',
    plainText: true,
  },
  {
    it: 'JSON in a page',
    body: '<html><body><pre>{"error":{"message":"quota is over","code":"daily_quota"}}</pre></body></html>',
    message: 'quota is over',
    codes: ['daily_quota'],
  },
  {
    it: 'JSON in a page, with entities',
    body: '<pre>{&quot;error&quot;: &quot;quota is over&quot;}</pre>',
    message: 'quota is over',
  },
  {
    it: 'a page whose script is not an error',
    body: '<html><title>Wait</title><script>x = {"a": {"message": "no"}}</script></html>',
    message: '<html><title>Wait</title><script>x = {"a": {"message": "no"}}</script></html>',
    summary: 'an HTML page: Wait',
    plainText: true,
  },
  {
    it: 'XML',
    body: '<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>no</Message></Error>',
    message: '<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>no</Message></Error>',
    summary: 'no',
    plainText: true,
  },
  {
    it: 'long text of several lines',
    body: `Error: no\n${'at somewhere\n'.repeat(50)}`,
    message: `Error: no\n${'at somewhere\n'.repeat(50)}`.trim(),
    summary: 'Error: no',
    plainText: true,
  },
  { it: 'a JSON string (SiliconFlow)', body: '"Invalid token"', message: 'Invalid token', plainText: true },
  {
    it: 'text before JSON (LiteLLM)',
    body: 'litellm.X: Y - {"error":{"message":"no","code":"c"}}',
    message: 'no',
    codes: ['c'],
  },
  { it: 'an event stream', body: 'event: error\ndata: {"error":{"message":"no"}}\n\n', message: 'no' },
  {
    it: 'a field of an event stream (llama.cpp)',
    body: 'error: {"code":503,"message":"no"}',
    message: 'no',
    codes: ['503'],
    status: 503,
  },
  {
    it: "the provider's words behind a router's (OpenRouter)",
    body: { error: { message: 'Provider returned error', code: 429, metadata: { raw: 'no room' } } },
    message: 'Provider returned error: no room',
    codes: ['429'],
    status: 429,
  },
  {
    it: "the provider's JSON behind a router's words (OpenRouter)",
    body: { error: { message: 'Provider returned error', code: 400, metadata: { raw: '{"error":{"message":"no"}}' } } },
    message: 'Provider returned error: no',
    codes: ['400'],
    status: 400,
  },
  { it: 'an object of errors (ModelScope)', body: { errors: { message: 'no' }, request_id: 'r' }, message: 'no' },
  {
    it: 'errors by field (Rails)',
    body: { errors: { model: ['is gone'], n: 'is too big' } },
    message: 'model: is gone; n: is too big',
  },
  { it: 'a list of strings', body: { errors: ['not so', 'nor that'] }, message: 'not so; nor that' },
  {
    it: 'a fault (Apigee)',
    body: { fault: { faultstring: 'no', detail: { errorcode: 'c' } } },
    message: 'no',
    codes: ['c'],
  },
  { it: 'Pascal case (AWS)', body: { __type: 'T', Message: 'no' }, message: 'no', codes: ['T'] },
  { it: 'OAuth', body: { error: 'invalid_grant', error_description: 'no' }, message: 'no', codes: ['invalid_grant'] },
  {
    it: 'JSON text in a body (a gateway)',
    body: { statusCode: 502, body: '{"error":"no"}' },
    message: 'no',
    status: 502,
  },
  {
    it: 'a status with its words',
    body: { status: '429 Too Many Requests', msg: 'no' },
    message: 'no',
    codes: ['429 Too Many Requests'],
    status: 429,
  },
  {
    it: 'a status that is no HTTP status (MiniMax)',
    body: { base_resp: { status_code: 1008, status_msg: 'no' } },
    message: 'no',
    codes: ['1008'],
  },
  {
    it: 'a label beside the words',
    body: { error: 'Bad Request', message: 'Bad Request', detail: 'no field x' },
    message: 'no field x',
  },
  {
    it: 'a label around the words',
    body: { message: 'Internal Server Error', error: { reason: 'no such model' } },
    message: 'no such model',
  },
  { it: 'a label alone', body: { message: 'Bad Request' }, message: 'Bad Request' },
  {
    it: 'words beside links (Google)',
    body: { error: { message: 'no', details: [{ links: [{ description: 'Learn more about quotas' }] }] } },
    message: 'no',
  },
  {
    it: 'words that an inner error says better (Azure)',
    body: { error: { message: 'no', innererror: { code: 'c', message: 'no x' } } },
    message: 'no x',
    codes: ['c'],
  },
  { it: 'codes alone', body: { code: 'c', type: 't' }, message: '', summary: 'c, t', codes: ['c', 't'] },
  {
    it: 'nothing known',
    body: { foo: 'secret', bar: { baz: 1 } },
    message: '',
    summary: 'JSON with the keys foo, bar',
  },
  { it: 'an empty object', body: {}, message: '', summary: 'an empty JSON object' },
  { it: 'an empty list', body: [], message: '', summary: 'an empty JSON list', plainText: true },
  {
    it: "a model's answer",
    body: { message: { role: 'assistant', content: 'secret' } },
    message: '',
    summary: 'JSON with the key message',
  },
  {
    it: 'errors of other attempts (OpenRouter)',
    body: { error: { message: 'no', metadata: { previous_errors: [{ code: 429, message: 'other words' }] } } },
    message: 'no',
  },
  {
    it: 'property names of every object',
    body: JSON.parse('{"__proto__":{"message":"no"},"constructor":1}'),
    message: 'no',
  },
  { it: 'JSON that is cut off', body: '{"error": {"mess', message: '{"error": {"mess', plainText: true },
  { it: 'no body', body: undefined, message: '', plainText: true },
  {
    it: 'null, and numbers instead of words',
    body: { error: { message: 5, code: null, type: {} } },
    message: '',
    summary: 'JSON with the key error',
  },
  { it: 'an error of null', body: { error: null, message: 'no' }, message: 'no' },
];

describe('error bodies', () => {
  for (const { it: name, body, message, summary = message, codes = [], status, plainText = false } of ROWS) {
    it(`are read: ${name}`, () => {
      const facts = readErrorBody(body);
      const { message: words, summary: shown, status: claimed, plainText: text } = facts;
      expect({ words, shown, codes: [...facts.codes].sort(), claimed, text }).to.deep.equal({
        words: message,
        shown: summary,
        codes: [...codes].sort(),
        claimed: status,
        text: plainText,
      });
    });
  }

  it('that are hostile take little time', async () => {
    const host = await hostOf(builtIns);
    const words = [
      'a',
      ' ',
      '"',
      "'",
      '[',
      '{"error":',
      '1,',
      '1m',
      'on ',
      'per ',
      ';',
      '"api";r=1',
      "'messages.1' : ",
      'limited to 1,111,',
      'Unknown name "a',
      'try again in 1',
      'quota exceeded for metric: a',
      'on a per minute',
      '\n',
    ];
    for (const word of words) {
      const text = word.repeat(64 * 1024).slice(0, 64 * 1024);
      const headers = {
        ratelimit: text,
        'ratelimit-policy': text,
        'x-ratelimit-limit-requests': text,
        'x-ratelimit-reset-requests': text,
        'retry-after': text,
      };
      const bodies = [
        text,
        { error: text },
        { error: { message: text, code: text, param: text } },
        { detail: [{ loc: ['body', text], type: 'extra_forbidden' }], details: [{ retryDelay: text }] },
      ];
      // Processor time: other work on the machine does not count.
      const before = process.cpuUsage();
      for (const status of [200, 400, 403, 429])
        for (const body of bodies) host.verdict('openrouter', failureOf(status, body, { headers }));
      expect(process.cpuUsage(before).user / 1000, JSON.stringify(word)).to.be.below(500);
    }
  });

  it('that are nested endlessly are read to a limited depth', () => {
    let body: unknown = { message: 'deep' };
    for (let depth = 0; depth < 1000; depth++) body = { error: body };
    expect(readErrorBody(body).message).to.equal('');
  });
});
