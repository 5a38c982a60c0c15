import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type Answerer, answer, chunk, completion, DONE, reply, stream } from '../../test/scripted-upstream.js';

/** A way in which the provider answers, and in how many of 100 cases, roughly. */
export interface ProviderBehaviour {
  readonly name: string;
  readonly weight: number;
  readonly answer: Answerer;
}

const WORDS = 'one two three four five six seven eight nine ten eleven twelve';
const LIMITED = {
  error: { message: 'Rate limit reached for requests', type: 'requests', code: 'rate_limit_exceeded' },
};

/** Sends a head and these parts, then closes the socket. */
const cut = (parts: readonly string[]): Answerer => stream(parts, 'cut');

const oddUsage =
  (usage: unknown): Answerer =>
  (res, { body }) => {
    if (body.stream !== true) return reply(200, { ...completion(WORDS), usage })(res, {} as never);
    const last = `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [], usage })}\n\n`;
    return stream([chunk({ role: 'assistant', content: WORDS }), chunk({}, 'stop'), last, DONE])(res, {} as never);
  };

/** A stream of `count` frames of `bytes` bytes, with a pause between them. */
const frames =
  (count: number, bytes: number, pauseMs: number): Answerer =>
  async (res, { body }) => {
    if (body.stream !== true) return reply(200, completion('x'.repeat(count * bytes)))(res, {} as never);
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let sent = 0; sent < count && !res.destroyed; sent++) {
      if (!res.write(chunk({ content: 'x'.repeat(bytes) }))) await drained(res);
      if (pauseMs > 0) await pause(pauseMs);
    }
    res.end(chunk({}, 'stop') + DONE);
  };

const drained = (res: Parameters<Answerer>[0]): Promise<void> =>
  new Promise((resolve) => {
    const over = (): void => {
      res.off('drain', over).off('close', over);
      resolve();
    };
    res.on('drain', over).on('close', over);
  });

/** Sends the bytes of a JSON answer with pauses. */
const slowBody: Answerer = async (res) => {
  const text = JSON.stringify(completion(WORDS));
  res.writeHead(200, { 'content-type': 'application/json' });
  for (let at = 0; at < text.length && !res.destroyed; at += 40) {
    res.write(text.slice(at, at + 40));
    await pause(20);
  }
  res.end();
};

const shorterThanAnnounced: Answerer = (res) => {
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
  res.write('{"id":"c","choices":[');
  setImmediate(() => res.destroy());
};

/** A whole answer on a connection that closes a moment later, maybe as the next request arrives. */
const closesAfterwards: Answerer = (res, request) => {
  const { socket } = res;
  res.once('finish', () => setTimeout(() => socket?.destroy(), 1));
  return answer(WORDS)(res, request);
};

const zipped: Answerer = (res) => {
  res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
  res.end(gzipSync(JSON.stringify(completion(WORDS))));
};

const CALL = { index: 0, id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"a":' } };

/** What the provider of the soak does. */
export const BEHAVIOURS: readonly ProviderBehaviour[] = [
  { name: 'answers', weight: 45, answer: answer(WORDS) },
  { name: 'answers slowly', weight: 5, answer: frames(20, 20, 25) },
  { name: 'long answer', weight: 2, answer: frames(40, 16_384, 0) },
  {
    name: 'tool calls',
    weight: 2,
    answer: stream([
      chunk({ tool_calls: [CALL] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '1}' } }] }),
      chunk({}, 'tool_calls'),
      DONE,
    ]),
  },
  { name: 'gzip', weight: 1, answer: zipped },
  { name: 'keep-alive of one second', weight: 2, answer: answer(WORDS, { 'keep-alive': 'timeout=1' }) },
  { name: '429 with a wait', weight: 3, answer: reply(429, LIMITED, { 'retry-after': '1' }) },
  { name: '429 without headers', weight: 3, answer: reply(429, LIMITED) },
  {
    name: '429 with a limit of 0',
    weight: 1,
    answer: reply(429, LIMITED, { 'x-ratelimit-limit-requests': '0', 'x-ratelimit-reset-requests': '1s' }),
  },
  {
    name: 'odd limits',
    weight: 2,
    answer: answer(WORDS, {
      'x-ratelimit-limit-requests': '1e308',
      'x-ratelimit-remaining-requests': '-5',
      'x-ratelimit-reset-requests': '99999999999999',
      'x-ratelimit-limit-tokens': 'NaN',
    }),
  },
  {
    name: 'usage of 1e308',
    weight: 1,
    answer: oddUsage({ prompt_tokens: 1e308, completion_tokens: 1e308, total_tokens: 1e308 }),
  },
  {
    name: 'usage of odd types',
    weight: 1,
    answer: oddUsage({ prompt_tokens: -3, completion_tokens: '7', total_tokens: null }),
  },
  {
    name: '400 about a field',
    weight: 1,
    answer: reply(400, {
      error: { message: "Unsupported parameter: 'seed'", param: 'seed', code: 'unsupported_parameter' },
    }),
  },
  { name: '500', weight: 3, answer: reply(500, { error: { message: 'internal error' } }) },
  {
    name: '503 as HTML',
    weight: 2,
    answer: reply(503, '<html><body><h1>503 Service Unavailable</h1></body></html>', { 'content-type': 'text/html' }),
  },
  {
    name: '200 as HTML',
    weight: 2,
    answer: reply(200, '<html><body>Please log in</body></html>', { 'content-type': 'text/html' }),
  },
  { name: 'nothing', weight: 1, answer: reply(200, '') },
  {
    name: 'half of a JSON',
    weight: 1,
    answer: reply(200, '{"id":"c","choices":[{"index":0,', { 'content-type': 'application/json' }),
  },
  { name: 'large error', weight: 1, answer: reply(500, { error: { message: 'long '.repeat(60_000) } }) },
  { name: 'huge headers', weight: 1, answer: answer(WORDS, { 'x-huge': 'x'.repeat(40_000) }) },
  { name: 'reset before a byte', weight: 3, answer: (res) => void res.destroy() },
  { name: 'reset after the head', weight: 2, answer: cut([]) },
  {
    name: 'reset in the middle',
    weight: 3,
    answer: cut([chunk({ role: 'assistant', content: 'one two' }), chunk({ content: ' three' })]),
  },
  {
    name: 'reset in a frame',
    weight: 1,
    answer: cut([chunk({ role: 'assistant', content: 'one two' }), 'data: {"id":"c","cho']),
  },
  {
    name: 'broken frame',
    weight: 2,
    answer: stream([chunk({ role: 'assistant', content: 'one' }), 'data: {nonsense\n\n', chunk({}, 'stop'), DONE]),
  },
  {
    name: 'error in a stream',
    weight: 2,
    answer: stream([
      chunk({ role: 'assistant', content: 'one' }),
      'data: {"error":{"message":"overloaded","code":503}}\n\n',
      DONE,
    ]),
  },
  { name: 'stall before the head', weight: 1, answer: () => {} },
  {
    name: 'stall in the middle',
    weight: 1,
    answer: stream([chunk({ role: 'assistant', content: 'one two' })], 'hang'),
  },
  { name: 'slow body', weight: 2, answer: slowBody },
  { name: 'less than announced', weight: 1, answer: shorterThanAnnounced },
  { name: 'closes afterwards', weight: 3, answer: closesAfterwards },
];
