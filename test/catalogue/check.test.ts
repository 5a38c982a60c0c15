import { expect } from 'chai';
import { problemsIn } from '../../scripts/catalogue/check.js';

const SOURCED = "source: 'https://example.com/limits', date: '2026-09-26', trust: 'A'";
const KEY = "key: { url: 'https://example.com/keys' }";
const TRAINING = "training: { posture: 'unknown' }";

/** A file with the offers in line 4, and other parts replaced. */
const fileOf = (offers: string, { key = KEY, training = TRAINING } = {}): string =>
  `{\n  title: 'Acme', summary: 'Free.',\n  ${key},\n  offers: [${offers}],\n  ${training},\n}\n`;

const withLimit = (limit: string): string => fileOf(`{ kind: 'recurring', ${SOURCED}, limits: [${limit}] }`);

/** A broken file, the position of its problem, and words of the message. */
const ROWS: readonly [what: string, text: string, place: string, says: string][] = [
  ['no text', '', '1:1', 'empty'],
  ['an open bracket', "{\n  title: 'Acme',\n", '3:1', 'The file ends too early'],
  ['a missing quote', "{ title: 'Acme }", '1:10', 'a quote is missing'],
  ['a list', '[]', '1:1', 'Expected an object'],
  ['a missing part', "{ title: 'Acme', summary: 'Free.', training: { posture: 'no' } }", '1:1', 'lacks `offers`'],
  ['an unknown key', fileOf(`{ kind: 'none', ${SOURCED} }`, { key: 'keyUrl: 1' }), '3:3', 'unknown key `keyUrl`'],
  ['a key twice', fileOf(`{ kind: 'none', kind: 'own', ${SOURCED} }`), '4:28', 'already exists in line 4'],
  ['no offer', fileOf(''), '4:11', 'at least one offer'],
  ['an unknown kind', fileOf(`{ kind: 'free', ${SOURCED} }`), '4:20', "'recurring'"],
  ['an unknown trust', fileOf("{ kind: 'none', trust: 'E' }"), '4:35', "'A'"],
  ['an offer without a source', fileOf("{ kind: 'recurring' }"), '4:12', '`source`, `date` and `trust`'],
  [
    'an offer that needs a key, without one',
    fileOf(`{ kind: 'recurring', ${SOURCED} }`, { key: '' }).replace('  ,\n', ''),
    '3:20',
    '`key`',
  ],
  [
    'a day that does not exist',
    fileOf("{ kind: 'none', source: 'https://a.example', date: '2026-02-30', trust: 'A' }"),
    '4:63',
    'no such day',
  ],
  [
    'the 29th of February of a common year',
    fileOf("{ kind: 'none', source: 'https://a.example', date: '2027-02-29', trust: 'A' }"),
    '4:63',
    'no such day',
  ],
  [
    'a month that does not exist',
    fileOf("{ kind: 'none', source: 'https://a.example', date: '2026-13-01', trust: 'A' }"),
    '4:63',
    'no such day',
  ],
  [
    'a date in another form',
    fileOf("{ kind: 'none', source: 'https://a.example', date: '26.9.2026', trust: 'A' }"),
    '4:63',
    '2026-09-26',
  ],
  [
    'a source that is not encrypted',
    fileOf("{ kind: 'none', source: 'http://a.example', date: '2026-09-26', trust: 'A' }"),
    '4:36',
    'https://',
  ],
  [
    'a source that is not an address',
    fileOf("{ kind: 'none', source: 'https://', date: '2026-09-26', trust: 'A' }"),
    '4:36',
    'Expected an address',
  ],
  [
    'a page for keys that is not encrypted',
    fileOf("{ kind: 'own' }", { key: "key: { url: 'http://a.example' }" }),
    '3:15',
    'https://',
  ],
  [
    'a regular expression as a pattern',
    fileOf(`{ kind: 'recurring', ${SOURCED}, models: ['^gpt-(5|4)$'] }`),
    '4:111',
    '* is any text',
  ],
  ['a word other than all', fileOf(`{ kind: 'recurring', ${SOURCED}, models: 'some' }`), '4:111', "'all'"],
  ['exceptions of nothing', fileOf(`{ kind: 'recurring', ${SOURCED}, except: ['a'] }`), '4:111', '`models`'],
  [
    'an example that is not covered',
    fileOf(`{ kind: 'recurring', ${SOURCED}, models: ['a*'], examples: ['b'] }`),
    '4:129',
    'covers',
  ],
  [
    'an example that is a pattern',
    fileOf(`{ kind: 'recurring', ${SOURCED}, examples: ['b*'] }`),
    '4:113',
    'not patterns',
  ],
  ['a limit without a window', withLimit('{ requests: 5 }'), '4:112', 'one window'],
  ['a limit with two windows', withLimit("{ requests: 5, per: '1m', each: 'day' }"), '4:112', 'one window'],
  ['a limit with two amounts', withLimit("{ requests: 5, tokens: 5, per: '1m' }"), '4:112', 'one amount'],
  ['a limit without an amount', withLimit("{ per: '1m' }"), '4:112', 'one amount'],
  ['an amount of 0', withLimit("{ requests: 0, per: '1m' }"), '4:124', 'at least 1'],
  ['a window that is not a duration', withLimit("{ requests: 1, per: 'minute' }"), '4:132', 'duration'],
  ['a concurrency with a window', withLimit("{ concurrent: 1, per: '1m' }"), '4:112', 'none for `concurrent`'],
  ['a zone without a calendar', withLimit("{ requests: 1, per: '1d', zone: 'UTC' }"), '4:144', 'needs `each`'],
  ['a zone that does not exist', withLimit("{ requests: 1, each: 'day', zone: 'Asia/Beijing' }"), '4:146', 'time zone'],
  ['units without a name', withLimit("{ units: 1, each: 'day' }"), '4:112', '`unit`'],
  ['a name of no units', withLimit("{ requests: 1, unit: 'neurons', each: 'day' }"), '4:112', '`unit`'],
  [
    'assumed units without costs',
    withLimit("{ units: 1, unit: 'neurons', each: 'day', assumed: true }"),
    '4:163',
    '`costs`',
  ],
  [
    'a pool that is an account',
    withLimit("{ requests: 1, per: '1m', pool: 'free', scope: 'provider' }"),
    '4:159',
    '`pool` or `scope`',
  ],
  [
    'an assumed limit that a single report states',
    fileOf(
      "{ kind: 'keyless', source: 'https://a.example', date: '2026-09-26', trust: 'D', limits: [{ requests: 1, per: '1m', assumed: true }] }",
    ),
    '4:87',
    'must not be assumed',
  ],
  [
    'a posture without a source',
    fileOf(`{ kind: 'none', ${SOURCED} }`, { training: "training: { posture: 'no' }" }),
    '5:13',
    '`source` and `date`',
  ],
  [
    'an unknown posture',
    fileOf(`{ kind: 'none', ${SOURCED} }`, { training: "training: { posture: 'yes' }" }),
    '5:24',
    "'no'",
  ],
];

describe('A file of the catalogue', () => {
  it('passes the check when it is right', () => {
    expect(problemsIn('acme.json5', withLimit("{ requests: 1, per: '1m' }"))).to.deep.equal([]);
    expect(problemsIn('acme.json5', fileOf("{ kind: 'own', models: 'all' }"))).to.deep.equal([]);
  });

  for (const [what, text, place, says] of ROWS) {
    it(`is refused with the position of ${what}`, () => {
      const problems = problemsIn('acme.json5', text);
      expect(problems.map(({ line, column }) => `${line}:${column}`)).to.include(place);
      expect(problems.map(({ message }) => message).join('\n')).to.include(says);
      expect(problems.every(({ file }) => file === 'acme.json5')).to.equal(true);
    });
  }

  it('is refused with all of its problems, in their order', () => {
    const problems = problemsIn('acme.json5', fileOf("{ kind: 'free', dates: 1 }, { kind: 'none', trust: 'Z' }"));
    expect(problems.map(({ line }) => line)).to.deep.equal([4, 4, 4]);
  });
});
