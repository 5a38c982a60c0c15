import { expect } from 'chai';
import { ROUTES } from '../admin/routes.js';
import { AdminStage } from '../admin/stage.js';
import { runs } from '../runs.js';

type Fields = Readonly<Record<string, unknown>>;

const nested = (depth: number, inner: unknown = 1): unknown => {
  let value = inner;
  for (let index = 0; index < depth; index++) value = index % 2 === 0 ? [value] : { a: value };
  return value;
};

/** Values for any field, one of each kind first. */
const ALL_ODD: readonly (readonly [what: string, value: unknown])[] = [
  ['null', null],
  ['true', true],
  ['1e308', 1e308],
  ['a list of objects', [{}, { target: {} }, { target: [] }]],
  ['an object of lists', { a: [], b: [{}] }],
  ['control characters', 'a\u0000b\u001b[2J\u202ec'],
  ['200 levels', nested(200)],
  ['a text of 50,000 characters', 'x'.repeat(50_000)],
  ['a list of null', [null]],
  ['constructor', { constructor: 1, toString: [], hasOwnProperty: null }],
  ['false', false],
  ['-1', -1],
  ['1.5', 1.5],
  ['a list', []],
  ['a list of lists', [[[]]]],
  ['an object', {}],
  ['an object of null', { a: null }],
  ['a text', 'x'],
  ['an empty text', ''],
  ['half a surrogate', '\ud800'],
  ['__proto__', '__proto__'],
  ['50 levels', nested(50)],
];
const ODD = ALL_ODD.slice(0, runs(ALL_ODD.length, 9));

/** A good body of each route, and the fields that may be left out. */
const BODIES: Readonly<Record<string, Fields>> = {
  'POST /session': { adminKey: 'wrong' },
  'POST /explain': {
    model: 'default',
    messages: [{ role: 'user', content: 'x' }],
    max_tokens: 5,
    stream: true,
    endpoint: 'chat',
    targets: ['one/a-model'],
  },
  'POST /cooldowns/lift': { target: 'one/a-model' },
  'POST /limits/pin': { scope: 'one', dimension: 'requests', window: '1m', limit: 5 },
  'PUT /providers/:id': {
    type: 'openai-compatible',
    apiKey: 'sk-one-two-three',
    baseUrl: 'http://127.0.0.1:9/v1',
    proxy: 'http://127.0.0.1:9',
    enabled: true,
    account: 'mine',
    limits: [{ requests: 5, per: '1m' }],
    timeouts: { total: '1m' },
    headers: { 'x-a': 'b' },
    options: {},
  },
  'POST /providers/try': {
    id: 'one',
    type: 'openai-compatible',
    baseUrl: 'http://127.0.0.1:9/v1',
    apiKey: 'sk-one',
    options: {},
  },
  'PUT /chains/:name': {
    name: 'default',
    targets: [{ target: 'one/a-model' }],
    maxWait: '1s',
    patience: '1s',
    retries: 1,
    resume: true,
    onModeration: 'next',
    timeouts: { total: '1m' },
  },
  'PUT /default-chain': { name: 'default' },
  'POST /keys': { label: 'a-label' },
  'PUT /keys/:label': { label: 'another' },
  'POST /keys/:label/reveal': {},
  'POST /inspection': {},
  'PUT /plugins/:name': { enabled: true, options: { keep: '10d' } },
  'PUT /configuration': { text: '{ providers: {}, chains: {} }' },
  'POST /configuration/check': { text: '{ providers: {}, chains: {} }' },
};

/** What stands in the path. */
const IDS: Readonly<Record<string, string>> = {
  '/providers/:id': 'one',
  '/chains/:name': 'default',
  '/keys/:label': 'key-1',
  '/plugins/:name': 'nedb-logger',
};

const QUERIES: Readonly<Record<string, readonly string[]>> = {
  'GET /requests': ['limit', 'cursor', 'chain', 'provider', 'status'],
  'GET /usage': ['from', 'to'],
};

const ALL_ODD_QUERIES = [
  '9999999999999999',
  '1e308',
  '-1',
  '+275760-09-13T00:00:00.001Z',
  '%00',
  '%ff',
  '{}',
  'x'.repeat(8_000),
  '',
  '0',
  '1.5',
  '99999999999999999999999999',
  'NaN',
  'Infinity',
  'null',
  '[]',
  'x',
  '2400-01-01',
  '0001-01-01',
  '2026-02-31',
  '__proto__',
  '🎉',
];
const ODD_QUERIES = ALL_ODD_QUERIES.slice(0, runs(ALL_ODD_QUERIES.length, 8));

const ODD_IDS = [
  'x',
  '%00',
  '%ff',
  '%',
  '%2e%2e%2f',
  '__proto__',
  'constructor',
  'x'.repeat(8_000),
  '%F0%9F%8E%89',
  '%0d%0a',
];

const pathOf = (route: string): string =>
  Object.entries(IDS).reduce((path, [pattern, id]) => path.replace(pattern, pattern.replace(/:\w+/, id)), route);

describe('Odd input of the admin', () => {
  const stage = AdminStage.forEachTest();

  /** Sends a request and expects no error of ours. A refusal is a sentence that names `field`, if there is one. */
  const expectNoFault = async (route: string, what: string, body?: unknown, field?: string): Promise<number> => {
    const { status, text } = await stage.call(route, body);
    expect(status, `${route} with ${what}: ${text.slice(0, 300)} ${stage.admin.log.lines.at(-1)}`).to.be.below(500);
    if (status < 400) return status;
    const { message } = (JSON.parse(text) as { error: { message: string } }).error;
    expect(message, `${route} with ${what}`)
      .to.match(/^.*[.!?:"]$/s)
      .and.to.have.length.above(10);
    if (field !== undefined) expect(message, `${route} with ${what}`).to.contain(field);
    return status;
  };

  for (const route of ROUTES.filter((each) => /^(?:POST|PUT) /.test(each))) {
    it(`is refused by ${route} with a sentence that names the field`, async () => {
      const good = BODIES[route];
      expect(good, 'the table above lacks a good body').not.to.equal(undefined);
      for (const [what, value] of ODD) {
        for (const field of Object.keys(good ?? {})) {
          const isAllowed =
            kindOf(value) === kindOf(good?.[field]) ||
            (field === 'apiKey' && value === null) ||
            (field === 'proxy' && value === false);
          const body = { ...good, [field]: value };
          const named = isAllowed ? undefined : `"${field}"`;
          const status = await expectNoFault(pathOf(route), `${what} as ${field}`, body, named);
          if (!isAllowed) expect(status, `${route} with ${what} as ${field}`).to.be.oneOf([400, 422]);
        }
        await expectNoFault(pathOf(route), what, value);
      }
      expect(stage.admin.log.lines.filter((line) => line.includes('Unexpected'))).to.deep.equal([]);
    });
  }

  for (const route of ROUTES.filter((each) => each.includes(':'))) {
    it(`is refused in the path of ${route}`, async () => {
      for (const id of ODD_IDS) await expectNoFault(route.replace(/:\w+/, id), id.slice(0, 20), BODIES[route]);
      expect(stage.admin.log.lines.filter((line) => line.includes('Unexpected'))).to.deep.equal([]);
    });
  }

  for (const [route, names] of Object.entries(QUERIES)) {
    it(`is refused in the query of ${route}`, async () => {
      for (const name of names) {
        for (const value of ODD_QUERIES)
          await expectNoFault(`${route}?${name}=${value}`, `${name}=${value.slice(0, 40)}`);
        await expectNoFault(`${route}?${name}=1&${name}=2`, `${name} twice`);
        await expectNoFault(`${route}?${name}[]=1&${name}[a]=2`, `${name} as a list`);
      }
      expect(stage.admin.log.lines.filter((line) => line.includes('Unexpected'))).to.deep.equal([]);
    });
  }

  for (const route of Object.keys(BODIES)) {
    it(`is refused by ${route}: an own __proto__`, async () => {
      for (const field of ['x', ...Object.keys(BODIES[route] ?? {})]) {
        const body = JSON.parse(`{ "${field}": { "__proto__": { "a": 1 } }, "__proto__": { "enabled": true } }`);
        await expectNoFault(pathOf(route), `__proto__ in ${field}`, body);
      }
      expect(({} as { a?: number; enabled?: boolean }).enabled).to.equal(undefined);
    });
  }

  it('is refused in the text of a configuration that is nested 100,000 deep', async () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{a:', '}'],
      ['{"a":[', ']}'],
      ['[', ''],
      ['{a:', ''],
    ] as const) {
      for (const lead of ['', '{ chains: {}, providers: { one: { type: "groq", options: ']) {
        const text = lead + open.repeat(100_000) + close.repeat(100_000);
        for (const route of ['POST /configuration/check', 'PUT /configuration']) {
          await expectNoFault(route, `${lead}${open}…`, { text });
        }
      }
    }
    expect(stage.admin.log.lines.filter((line) => line.includes('Unexpected'))).to.deep.equal([]);
  });
});

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value);
