import { readErrorBody } from '429chain/plugin';
import { expect } from 'chai';
import { builtIns } from '../../../plugins/index.js';
import { failureOf, hostOf } from '../../plugins/simulated-host.js';

interface Row {
  readonly it: string;
  readonly body: unknown;
  readonly message: string;
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
  { it: 'HTML', body: '<html></html>', message: '<html></html>', plainText: true },
  { it: 'JSON that is cut off', body: '{"error": {"mess', message: '{"error": {"mess', plainText: true },
  { it: 'no body', body: undefined, message: '', plainText: true },
  { it: 'null, and numbers instead of words', body: { error: { message: 5, code: null, type: {} } }, message: '' },
  { it: 'an error of null', body: { error: null, message: 'no' }, message: 'no' },
];

describe('error bodies', () => {
  for (const { it: name, body, message, codes = [], status, plainText = false } of ROWS) {
    it(`are read: ${name}`, () => {
      const facts = readErrorBody(body);
      const { message: words, status: claimed, plainText: text } = facts;
      expect({ words, codes: [...facts.codes].sort(), claimed, text }).to.deep.equal({
        words: message,
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
