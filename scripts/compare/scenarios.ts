import {
  type Answerer,
  answer,
  chunk,
  completion,
  DONE,
  hangUp,
  reply,
  ScriptedUpstream,
  silence,
  stream,
} from '../../src/testing/scripted-upstream.js';

/** The text of a complete answer. */
export const TEXT = 'one two three four five six seven eight';
export const TIMEOUT_MS = 1000;

export interface Scenario {
  readonly name: string;
  readonly streamed: boolean;
  readonly requests: number;
  /** How many requests are sent at the same time. */
  readonly together: number;
  /** The number of answers that the providers can give. */
  readonly possible: number;
  /** What the providers do, in the order of the chain. Made anew for each peer. */
  readonly providers: () => readonly Answerer[];
}

const REQUESTS = 10;

/** The first provider fails always, the second answers always. */
const failing = (name: string, first: Answerer, streamed = false): Scenario => ({
  name,
  streamed,
  requests: REQUESTS,
  together: 1,
  possible: REQUESTS,
  providers: () => [first, answer(TEXT)],
});

const error = (message: string, more: object = {}): object => ({ error: { message, type: 'error', ...more } });
const words = TEXT.split(/(?= )/).map((content) => chunk({ content }));
const START = [chunk({ role: 'assistant', content: '' }), ...words.slice(0, 4)];
const PAGE = '<!doctype html><html><body><h1>Bad gateway</h1></body></html>';
const HTML = { 'content-type': 'text/html' };

const PER_MINUTE = 10;

/** Allows ten requests a minute, and says so in headers as OpenAI does. */
const limited = (): Answerer => {
  let left = PER_MINUTE;
  return (res, request) => {
    const headers = (): Record<string, string> => ({
      'x-ratelimit-limit-requests': String(PER_MINUTE),
      'x-ratelimit-remaining-requests': String(left),
      'x-ratelimit-reset-requests': '60s',
    });
    if (left === 0) {
      const body = error('Rate limit reached for requests per min (RPM): Limit 10.', { code: 'rate_limit_exceeded' });
      return reply(429, body, { ...headers(), 'retry-after': '60' })(res, request);
    }
    left -= 1;
    return answer(TEXT, headers())(res, request);
  };
};

export const SCENARIOS: readonly Scenario[] = [
  failing('429 with `Retry-After`', reply(429, error('Rate limit reached.'), { 'retry-after': '60' })),
  failing('429 without `Retry-After`', reply(429, error('Too many requests.'))),
  failing(
    'daily quota used up, stated only in the message',
    reply(429, error('Rate limit reached on tokens per day (TPD): Limit 100000, Used 99996. Try again in 6m54.72s.')),
  ),
  failing('500', reply(500, error('Internal server error.'))),
  failing('503', reply(503, error('The model is overloaded.'))),
  failing('connection closed without an answer', hangUp),
  failing('no answer (timeout)', silence),
  failing('HTML page with status 502', reply(502, PAGE, HTML)),
  failing('HTML page with status 200', reply(200, PAGE, HTML)),
  failing('error inside a 200', reply(200, error('Provider returned error', { code: 502 }))),
  failing('empty answer', reply(200, completion(''))),
  failing('refused key (401)', reply(401, error('Incorrect API key provided.', { code: 'invalid_api_key' }))),
  failing('no credit (402)', reply(402, error('Insufficient credits.'))),
  failing('unknown model (404)', reply(404, error('The model does not exist.', { code: 'model_not_found' }))),
  failing(
    'context too long (400)',
    reply(400, error('Maximum context length is 8192 tokens.', { code: 'context_length_exceeded' })),
  ),
  failing(
    'stream: an error as the first event',
    stream([`data: ${JSON.stringify(error('Overloaded'))}\n\n`, DONE]),
    true,
  ),
  failing('stream: breaks in the middle', stream(START, 'cut'), true),
  failing('stream: falls silent in the middle', stream(START, 'hang'), true),
  {
    name: '30 requests in turn, two providers with 10 a minute',
    streamed: false,
    requests: 30,
    together: 1,
    possible: 2 * PER_MINUTE,
    providers: () => [limited(), limited()],
  },
  {
    name: '30 requests at once, two providers with 10 a minute',
    streamed: false,
    requests: 30,
    together: 30,
    possible: 2 * PER_MINUTE,
    providers: () => [limited(), limited()],
  },
];

/** Starts the providers of a scenario. */
export const startProviders = ({ providers }: Scenario): Promise<ScriptedUpstream[]> =>
  Promise.all(providers().map(async (answerer) => (await ScriptedUpstream.start()).always(answerer)));
