import { classOfStatus } from '429chain/plugin';
import { expect } from 'chai';
import fc from 'fast-check';
import { builtIns } from '../../plugins/index.js';
import { failureOf, hostOf, type SimulatedHost } from './simulated-host.js';

/** Words that mean nothing to a rule. */
const WORDS = ['lorem', 'ipsum', 'dolor', 'sit', 'amet', 'consectetur', 'adipiscing', 'elit', 'sed', 'eiusmod', '42'];

const sentence = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 30 }).map((words) => words.join(' '));
const status = fc.integer({ min: 400, max: 599 });

/** The same message in the envelopes of providers. */
const envelope = fc.constantFrom<(message: string) => unknown>(
  (message) => ({ error: { message, type: 'x', param: null, code: null } }),
  (message) => [{ error: { message } }],
  (message) => ({ error: message }),
  (message) => ({ message }),
  (message) => ({ detail: message }),
  (message) => ({ errors: [{ message }] }),
  (message) => ({ title: 'x', detail: message }),
  (message) => ({ object: 'error', message }),
  (message) => JSON.stringify({ error: { message } }),
);

/** What a prompt may say that looks like a refusal. */
const PROMPTS = [
  'explain to me what a rate limit is and why there are too many requests',
  'my account is suspended because of an insufficient balance, what now',
  'the model does not exist, and the server is overloaded, says my boss',
  'the prompt is too long, it exceeds the maximum context length of 8192',
  'why does this violate the content policy, asks the user of the system',
] as const;
const QUOTES = [
  ['"', '"'],
  ["'", "'"],
  ['`', '`'],
  ['“', '”'],
  ['«', '»'],
] as const;

describe('verdicts on any refusal', () => {
  let host: SimulatedHost;
  const classOf = (code: number, body: unknown) => host.verdict('openai-compatible', failureOf(code, body))?.class;

  before(async () => {
    host = await hostOf(builtIns);
  });

  it('follow the status if no word is known, in every envelope', () => {
    fc.assert(
      fc.property(status, envelope, sentence, (code, wrap, message) => {
        const expected = code === 499 ? 'server_error' : classOfStatus(code);
        expect(classOf(code, wrap(message))).to.equal(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('are the same in every envelope and under every status if the words are known', () => {
    const known = fc.constantFrom(
      ['Insufficient balance', 'quota'],
      ['The model foo-1 does not exist', 'not_found'],
      ['Rate limit exceeded', 'rate_limit'],
      ["This model's maximum context length is 8192 tokens", 'too_large'],
      ['The server is overloaded', 'overloaded'],
    );
    const statuses = fc.constantFrom(400, 401, 403, 404, 429, 500, 503);
    fc.assert(
      fc.property(statuses, envelope, known, (code, wrap, [message, expected]) => {
        expect(classOf(code, wrap(message as string))).to.equal(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('ignore what a message quotes from the prompt', () => {
    fc.assert(
      fc.property(
        envelope,
        fc.constantFrom(...PROMPTS),
        fc.constantFrom(...QUOTES),
        sentence,
        (wrap, prompt, [open, close], more) => {
          expect(classOf(400, wrap(`Invalid content ${open}${prompt} ${more}${close}: lorem`))).to.equal('bad_request');
        },
      ),
      { numRuns: 200 },
    );
  });

  it('exist for any body, and none throws', () => {
    fc.assert(
      fc.property(status, fc.anything({ maxDepth: 4 }), (code, body) => {
        expect(classOf(code, body)).to.be.a('string');
      }),
      { numRuns: 500 },
    );
  });

  it('exist for long hostile messages', () => {
    // Patterns that backtrack would run into the time limit of the test.
    const hostile = [
      'model ',
      'credits ',
      'exceeded the ',
      'not available ',
      "'",
      '"',
      'rate ',
      'free tier of ',
      '429 ',
    ];
    for (const part of hostile) expect(classOf(400, { error: { message: part.repeat(20_000) } })).to.be.a('string');
  });
});
