import { expect } from 'chai';
import { HELLO } from '../../proxy.js';
import { reply } from '../../scripted-upstream.js';
import { SECRETS } from '../admin.js';
import { ROUTES } from '../routes.js';
import { AdminStage } from '../stage.js';

/** Existing values for the parameters of routes. */
const PARAMETERS: Readonly<Record<string, string>> = {
  '/providers/:id': 'one',
  '/requests/:id': 'x',
  '/chains/:name': 'default',
  '/keys/:label': 'key%201',
  '/plugins/:name': 'nedb-logger',
};

const pathOf = (route: string): string =>
  Object.entries(PARAMETERS).reduce((path, [pattern, value]) => {
    const [start = ''] = pattern.split('/:');
    return path.replace(pattern, `${start}/${value}`);
  }, route);

/** One route reveals a client key on purpose, the other one ignores what is sent. */
const NEVER_REFUSED = new Set(['POST /keys/:label/reveal', 'POST /inspection']);

const FRESH = 'a-fresh-key-that-somebody-typed-0123456789';

/** Bodies that most routes refuse, with a key in each possible place. */
const BODIES: readonly unknown[] = [
  {},
  { type: 'groqq', apiKey: FRESH, baseUrl: 'no address', headers: { authorization: `Bearer ${FRESH} é` } },
  { type: 'groq', apiKey: `${FRESH} ${FRESH}`, options: { key: FRESH }, limits: [{ requests: 0, per: 'x' }] },
  { type: 'groq', apiKey: `${FRESH}…`, headers: { cookie: `${FRESH}…` }, timeouts: { idle: '0s' } },
  { label: '', name: 'x/y', targets: [{ target: 'nine/x' }], target: 'x', scope: 'x', apiKey: FRESH },
  { text: `{ providers: { one: { type: 'groqq', apiKey: '${FRESH}', headers: ['${FRESH}'] } }, chains: {} }` },
  { text: `{ providers: { one: { apiKey: '${FRESH}' "` },
  { options: { apiKey: FRESH, keep: 7 }, adminKey: FRESH },
];

describe('Keys', () => {
  const stage = AdminStage.forEachTest();

  beforeEach(async () => {
    for (const provider of [stage.one, stage.two]) {
      // It repeats every key that it receives.
      provider.always((res, { headers, ...request }) =>
        reply(401, { error: { message: `Incorrect: ${JSON.stringify(headers)}` } })(res, { headers, ...request }),
      );
    }
    await stage.call('POST /chat', { messages: HELLO });
  });

  const secretsIn = (text: string): string[] => [...Object.values(SECRETS), FRESH].filter((key) => text.includes(key));

  for (const route of ROUTES.filter((each) => each.startsWith('GET '))) {
    it(`are not in the response to ${route} (pitfall 45: keys in what is shown)`, async () => {
      const { text, status } = await stage.call(pathOf(route));
      expect(status).to.be.oneOf(route === 'GET /requests/:id' ? [404] : [200]);
      expect(secretsIn(text)).to.deep.equal([]);
    });
  }

  for (const route of ROUTES.filter((each) => !each.startsWith('GET ') && !each.endsWith('/session'))) {
    it(`are not in an error response of ${route} (pitfall 45)`, async () => {
      const refusals: string[] = [];
      for (const body of BODIES) {
        for (const revision of ['*', 'of another time']) {
          const { text, status } = await stage.call(pathOf(route), body, revision);
          if (status < 400) continue;
          refusals.push(text);
          expect(secretsIn(text), text).to.deep.equal([]);
        }
      }
      if (!NEVER_REFUSED.has(route)) expect(refusals).not.to.deep.equal([]);
      expect(secretsIn(stage.admin.log.lines.join('\n'))).to.deep.equal([]);
    });
  }
});
