import { readErrorBody } from '429chain/plugin';
import { expect } from 'chai';
import fc from 'fast-check';

const MESSAGE = 'The planted sentence is this';
const SECRET = 'words of the prompt';

/** Names of each fact, in several cases. */
const MESSAGES = ['message', 'Message', 'msg', 'error_msg', 'errorMessage', 'err_msg', 'detail', 'description'];
const MORE_MESSAGES = [
  ...MESSAGES,
  'error_description',
  'ErrorDescription',
  'faultstring',
  'status_msg',
  'error',
  'reason',
];
const CODES = ['code', 'error_code', 'errorCode', 'ErrorCode', 'err_code', 'type', 'error_type'];
const STATUSES = ['status', 'statusCode', 'status_code', 'httpStatus', 'http_status', 'HttpStatusCode', 'code'];
const ENVELOPES = [
  'error',
  'errors',
  'Error',
  'fault',
  'Fault',
  'response',
  'data',
  'result',
  'body',
  'cause',
  'payload',
];
const NOISE = ['request_id', 'id', 'links', 'metadata', 'timestamp', 'success', '__proto__', 'constructor', 'toString'];
const PRIVATE = ['choices', 'failed_generation', 'flagged_input', 'input', 'content', 'output', 'messages', 'prompt'];

const pick = <T>(values: readonly T[]) => fc.constantFrom(...values);

const isText = (inner: unknown): boolean => typeof inner === 'string' || (Array.isArray(inner) && isText(inner[0]));

/** Ways to put an error into something: under a key, in a list, as JSON text. */
const wrapping = fc.oneof(
  // Text under `response` is a model's answer (Ollama).
  pick(ENVELOPES).map((key) => (inner: unknown) => ({ [isText(inner) ? 'body' : key]: inner })),
  pick(['error', 'errors', 'detail']).map((key) => (inner: unknown) => ({ [key]: [inner] })),
  pick(['body', 'message', 'error']).map((key) => (inner: unknown) => ({ [key]: JSON.stringify(inner) })),
  fc.constant((inner: unknown) => [inner]),
  fc.constant((inner: unknown) => JSON.stringify(inner)),
);

const noise = fc.dictionary(
  pick(NOISE),
  fc.oneof(fc.constant(null), fc.integer(), fc.boolean(), pick(['', 'abc', '2026-01-01']), fc.constant({ url: 'x' })),
  { maxKeys: 3 },
);
const secrets = fc.dictionary(
  pick(PRIVATE),
  pick<unknown>([
    SECRET,
    [SECRET],
    { message: SECRET },
    [{ role: 'user', message: SECRET }],
    JSON.stringify({ message: SECRET }),
  ]),
  { maxKeys: 3 },
);

/** The entries of an object in any order. */
const shuffled = (entries: readonly (readonly [string, unknown])[]) =>
  fc.shuffledSubarray([...entries], { minLength: entries.length }).map((each) => Object.fromEntries(each));

const planted = fc
  .tuple(
    pick(MORE_MESSAGES),
    fc.option(pick(CODES)),
    fc.option(pick(STATUSES)),
    pick<unknown>([429, '429', '429 Too Many Requests']),
  )
  .filter(([, code, status]) => code !== status)
  .chain(([message, code, status, number]) =>
    fc.record({
      code: fc.constant(code !== null),
      status: fc.constant(status !== null),
      body: fc
        .tuple(noise, secrets)
        .chain(([more, hidden]) =>
          shuffled([
            ...Object.entries(more),
            ...Object.entries(hidden),
            [message, MESSAGE],
            ...(code === null ? [] : ([[code, 'planted_code']] as const)),
            ...(status === null ? [] : ([[status, number]] as const)),
          ]),
        ),
    }),
  );

const wrapped = fc
  .tuple(planted, fc.array(fc.tuple(wrapping, noise, secrets), { maxLength: 4 }))
  .map(([{ body, ...has }, layers]) => ({
    ...has,
    body: layers.reduce<unknown>((inner, [wrap, more, hidden]) => {
      const outer = wrap(inner);
      return typeof outer === 'object' && !Array.isArray(outer) ? { ...hidden, ...outer, ...more } : outer;
    }, body),
  }));

describe('the structure of an error body', () => {
  it('does not matter: message, code and status are found in any nesting, and nothing private', () => {
    fc.assert(
      fc.property(wrapped, ({ body, code, status }) => {
        const facts = readErrorBody(body);
        expect(facts.message).to.equal(MESSAGE);
        if (code) expect(facts.codes).to.include('planted_code');
        if (status) expect(facts.status).to.equal(429);
        expect(JSON.stringify([facts.sentences, facts.codes, facts.summary])).not.to.include(SECRET);
      }),
      { numRuns: 400 },
    );
  });

  it('may be anything: reading it throws nothing', () => {
    const key = pick([
      ...MORE_MESSAGES,
      ...CODES,
      ...ENVELOPES,
      ...NOISE,
      ...PRIVATE,
      'details',
      'errors',
      'loc',
      'param',
    ]);
    const anything = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'medium' },
        fc.string(),
        fc.json(),
        fc.integer(),
        fc.constant(null),
        fc.boolean(),
        tie('list'),
        tie('object'),
      ),
      list: fc.array(tie('value'), { maxLength: 3 }),
      object: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    })).value;
    fc.assert(
      fc.property(anything, (body) => {
        const { message, summary, sentences, codes } = readErrorBody(body);
        expect(sentences.every((each) => each.length <= 8192)).to.equal(true);
        expect([message, summary, ...codes].every((each) => typeof each === 'string')).to.equal(true);
        if (message !== '') expect(sentences[0]).to.equal(message);
        if (typeof body === 'object' && body !== null) expect(summary).not.to.equal('');
      }),
      { numRuns: 400 },
    );
  });

  for (const [it_, text] of [
    ['100,000 objects deep', `${'{"error":'.repeat(100_000)}{"message":"m"}${'}'.repeat(100_000)}`],
    ['100,000 lists deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['1 MB of keys', `{${Array.from({ length: 60_000 }, (_, index) => `"key_${index}":${index}`).join()}}`],
    ['1 MB of messages', `{"errors":[${Array.from({ length: 40_000 }, () => '{"message":"again"}').join()}]}`],
    ['1 MB of lists in lists', `{"error":[${Array.from({ length: 60_000 }, () => '[[{}]]').join()}]}`],
    ['JSON in JSON', Array.from({ length: 15 }).reduce<string>((inner) => JSON.stringify({ error: inner }), 'x')],
    ['a message of 1 MB', JSON.stringify({ error: { message: 'an error '.repeat(110_000) } })],
    ['a message of 1 MB that begins like JSON', JSON.stringify({ error: { message: '{"a":['.repeat(170_000) } })],
  ] as const) {
    it(`is read in bounded time: ${it_}`, () => {
      const body = JSON.parse(text);
      // Processor time: other work on the machine does not count.
      const before = process.cpuUsage();
      for (const each of [body, text]) readErrorBody(each);
      expect(process.cpuUsage(before).user / 1000).to.be.below(500);
    });
  }
});
