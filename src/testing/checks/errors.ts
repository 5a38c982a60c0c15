import type { TargetState } from '../../contract/quota.js';
import { type Bench, must, type ProxyResponse, SPARE_TEXT } from '../bench.js';
import { type Answerer, hangUp, reply } from '../scripted-upstream.js';
import { type Check, messageOf, same } from './check.js';

const RETRY_AFTER_S = 40;
const TALK = [
  { role: 'system', content: 'Answer like a sailor.' },
  { role: 'user', content: [{ type: 'text', text: 'Which sea?' }] },
];

const askSpare = async (bench: Bench): Promise<ProxyResponse> => {
  const answered = await bench.ask();
  must(bench.upstream.received.length > 0, '429chain sent no request to the provider.');
  same('The answer of the next target', messageOf(answered).content, SPARE_TEXT);
  return answered;
};

const hasState = ({ status: { state, reason } }: Bench, wanted: TargetState): void =>
  must(state === wanted, `The target is "${state}" afterwards (${reason ?? 'no reason'}), and should be "${wanted}".`);

/** Checks that the next target answers after a failure, and the state of the failed target. */
const fallsBack = (name: string, fails: (bench: Bench) => Answerer, afterwards?: TargetState): Check => ({
  name,
  run: async (bench) => {
    bench.upstream.always(fails(bench));
    await askSpare(bench);
    if (afterwards !== undefined) hasState(bench, afterwards);
  },
});

export const ERRORS: readonly Check[] = [
  {
    name: 'a 429 with Retry-After: the next target answers, and this one cools down for that long',
    run: async (bench) => {
      bench.upstream.always(bench.fails(429, 'Too many requests.', { 'retry-after': String(RETRY_AFTER_S) }));
      const before = Date.now();
      await askSpare(bench);
      hasState(bench, 'exhausted');
      const cooldownS = ((bench.status.until ?? 0) - before) / 1000;
      const isRight = Math.abs(cooldownS - RETRY_AFTER_S) < 15;
      must(
        isRight,
        `It cools down for ${Math.round(cooldownS)} s instead of ${RETRY_AFTER_S} s. Does onError change it?`,
      );
      await askSpare(bench);
      same('The number of requests to the provider', bench.upstream.received.length, 1);
    },
  },
  {
    name: 'a 429 without Retry-After: the next target answers, and this one cools down',
    run: async (bench) => {
      bench.upstream.always(bench.fails(429, 'Too many requests.'));
      await askSpare(bench);
      hasState(bench, 'exhausted');
    },
  },
  fallsBack('a 401: the provider is disabled', (bench) => bench.fails(401, 'Invalid API key.'), 'disabled'),
  fallsBack('a 404: the target cools down', (bench) => bench.fails(404, 'The model does not exist.'), 'exhausted'),
  fallsBack('a 500: the next target answers', (bench) => bench.fails(500)),
  fallsBack('a 503: the next target answers', (bench) => bench.fails(503)),
  fallsBack('incomplete JSON: the next target answers', () => reply(200, '{"half": ')),
  fallsBack('an HTML page instead of JSON: the next target answers', () =>
    reply(200, '<html><title>Login</title></html>'),
  ),
  fallsBack('an empty object: the next target answers', () => reply(200, {})),
  fallsBack('an error instead of an answer: the next target answers', (bench) =>
    reply(200, bench.shape.error(500, 'the engine is on fire')),
  ),
  fallsBack('a closed connection: the next target answers', () => hangUp),
  {
    name: 'does not change the request: the next target receives what the client sent',
    run: async (bench) => {
      bench.upstream.always(bench.fails(500));
      const sent = { messages: TALK, stop: ['\n\n'] };
      // An empty list is dropped for every target, so that 429chain writes the body anew from what it has.
      await bench.ask({ ...sent, tools: [] });
      for (const [field, value] of Object.entries(sent)) {
        same(`\`${field}\` as the next target receives it`, bench.receivedBySpare.body[field], value);
      }
    },
  },
  {
    name: "a 400 from every target: the client gets the provider's message in OpenAI's format",
    run: async (bench) => {
      bench.upstream.always(bench.fails(400, 'The moon is not a number.'));
      const { status, body, text } = await bench.ask({ model: 'alone' });
      same('The status', status, 400);
      const { message } = (body.error ?? {}) as { message?: unknown };
      const hasMessage = typeof message === 'string' && message.includes('The moon is not a number.');
      must(hasMessage, `error.message does not contain the provider's message: ${text.slice(0, 300)}`);
    },
  },
];
