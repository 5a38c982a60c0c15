/** The bytes that the provider sends. They are built once: the provider must cost little beside what is measured. */

const LIMIT_HEADERS = (remaining: number): string =>
  [
    'x-ratelimit-limit-requests: 100000000',
    'x-ratelimit-limit-tokens: 100000000000',
    `x-ratelimit-remaining-requests: ${remaining}`,
    `x-ratelimit-remaining-tokens: ${remaining * 1_000}`,
    `x-ratelimit-reset-requests: ${remaining === 0 ? '1h0m0s' : '6ms'}`,
    `x-ratelimit-reset-tokens: ${remaining === 0 ? '1h0m0s' : '6ms'}`,
    'x-request-id: req_0123456789abcdef0123456789abcdef',
    'openai-processing-ms: 12',
    'date: Mon, 30 Nov 2026 12:00:00 GMT',
  ].join('\r\n');

const response = (status: string, remaining: number, headers: string, body: string): Buffer =>
  Buffer.from(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\n${LIMIT_HEADERS(remaining)}\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );

const ID = 'chatcmpl-BmockBmockBmockBmockBmock';
const MANY = 99_999_999;

/** A chat completion of 1 KB. */
export const ANSWER = response(
  '200 OK',
  MANY,
  '',
  JSON.stringify({
    id: ID,
    object: 'chat.completion',
    created: 1_763_900_000,
    model: 'm',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'Lorem ipsum dolor sit amet, '.repeat(25), refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: 25, completion_tokens: 160, total_tokens: 185 },
    system_fingerprint: 'fp_mock',
  }),
);

/** A 429 of a quota that resets in an hour. */
export const REFUSAL = response(
  '429 Too Many Requests',
  0,
  'retry-after: 3600\r\n',
  JSON.stringify({
    error: { message: 'Rate limit reached for requests', type: 'requests', code: 'rate_limit_exceeded' },
  }),
);

export const MODELS = response('200 OK', MANY, '', '{"object":"list","data":[]}');

export const STREAM_HEAD = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n${LIMIT_HEADERS(MANY)}\r\ntransfer-encoding: chunked\r\n\r\n`,
);

const EVENT = `data: {"id":"${ID}","object":"chat.completion.chunk","created":1763900000,"model":"m","system_fingerprint":"fp_mock","choices":[`;

/** Events with a few words each. Each begins with the time at which it was sent, in µs. */
export const contentEvents = (count: number): string => {
  const sentAt = Math.round((performance.timeOrigin + performance.now()) * 1_000);
  return `${EVENT}{"index":0,"delta":{"content":"@${sentAt} lorem"},"logprobs":null,"finish_reason":null}]}\n\n`.repeat(
    count,
  );
};

export const lastEvents = (chunks: number, withUsage: boolean): string => {
  const usage = `${EVENT}],"usage":{"prompt_tokens":25,"completion_tokens":${chunks},"total_tokens":${25 + chunks}}}\n\n`;
  return `${EVENT}{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}\n\n${withUsage ? usage : ''}data: [DONE]\n\n`;
};

/** Framed as a chunk of HTTP/1.1. */
export const httpChunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
