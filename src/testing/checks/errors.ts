import type { TargetState } from '../../contract/quota.js';
import { type Answered, type Bench, must, SPARE_TEXT } from '../bench.js';
import { type Answerer, hangUp, reply } from '../scripted-upstream.js';
import { type Check, messageOf, same } from './check.js';

const HINT_S = 40;
const TALK = [
  { role: 'system', content: 'Answer like a sailor.' },
  { role: 'user', content: [{ type: 'text', text: 'Which sea?' }] },
];

const fromSpare = async (bench: Bench): Promise<Answered> => {
  const answered = await bench.ask();
  must(bench.upstream.received.length > 0, 'The provider was not asked at all.');
  same('What the next target of the chain says', messageOf(answered).content, SPARE_TEXT);
  return answered;
};

const stands = ({ standing: { state, reason } }: Bench, wanted: TargetState): void =>
  must(state === wanted, `The target is "${state}" afterwards (${reason ?? 'no reason'}), and should be "${wanted}".`);

/** A failure that falls to the next target, and how the target stands afterwards. */
const falling = (name: string, fails: (bench: Bench) => Answerer, afterwards?: TargetState): Check => ({
  name,
  run: async (bench) => {
    bench.upstream.always(fails(bench));
    await fromSpare(bench);
    if (afterwards !== undefined) stands(bench, afterwards);
  },
});

export const ERRORS: readonly Check[] = [
  {
    name: 'a 429 that says when to come again: the next target answers, and this one rests as long',
    run: async (bench) => {
      bench.upstream.always(bench.refuses(429, 'Too many requests.', { 'retry-after': String(HINT_S) }));
      const before = Date.now();
      await fromSpare(bench);
      stands(bench, 'exhausted');
      const restsS = ((bench.standing.until ?? 0) - before) / 1000;
      const plain = Math.abs(restsS - HINT_S) < 15;
      must(plain, `It rests for ${Math.round(restsS)} s, and was told ${HINT_S} s. Does onError read it otherwise?`);
      await fromSpare(bench);
      same('How often the provider was asked', bench.upstream.received.length, 1);
    },
  },
  {
    name: 'a 429 without a hint: the next target answers, and this one rests for a while',
    run: async (bench) => {
      bench.upstream.always(bench.refuses(429, 'Too many requests.'));
      await fromSpare(bench);
      stands(bench, 'exhausted');
    },
  },
  falling('a 401: the key counts as refused', (bench) => bench.refuses(401, 'Invalid API key.'), 'disabled'),
  falling('a 404: the target rests', (bench) => bench.refuses(404, 'The model does not exist.'), 'exhausted'),
  falling('a 500: the next target answers', (bench) => bench.refuses(500)),
  falling('a 503: the next target answers', (bench) => bench.refuses(503)),
  falling('JSON that breaks off: the next target answers', () => reply(200, '{"half": ')),
  falling('a page in place of JSON: the next target answers', () => reply(200, '<html><title>Login</title></html>')),
  falling('an object with nothing in it: the next target answers', () => reply(200, {})),
  falling('an error in place of an answer: the next target answers', (bench) =>
    reply(200, bench.shape.error(500, 'the engine is on fire')),
  ),
  falling('a connection that breaks: the next target answers', () => hangUp),
  {
    name: 'leaves the request as it is: the next target is asked what the caller asked',
    run: async (bench) => {
      bench.upstream.always(bench.refuses(500));
      const asked = { messages: TALK, stop: ['\n\n'] };
      await bench.ask(asked);
      for (const [field, value] of Object.entries(asked)) {
        same(`\`${field}\` as the next target gets it`, bench.receivedBySpare.body[field], value);
      }
    },
  },
  {
    name: 'a 400 of every target: the caller reads what was wrong, in the shape of OpenAI',
    run: async (bench) => {
      bench.upstream.always(bench.refuses(400, 'The moon is not a number.'));
      const { status, body, text } = await bench.ask({ model: 'alone' });
      same('The status', status, 400);
      const { message } = (body.error ?? {}) as { message?: unknown };
      const told = typeof message === 'string' && message.includes('The moon is not a number.');
      must(told, `error.message does not have the provider's words: ${text.slice(0, 300)}`);
    },
  },
];
