import { expect } from 'chai';
import { type RunningProxy, startProxy } from '../../proxy.js';
import { type Answerer, hangUp, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { ENDPOINTS, post } from './surface-stage.js';

interface Row {
  readonly what: string;
  readonly first: Answerer;
}

const FAILURES: readonly Row[] = [
  { what: 'a 429', first: reply(429, { error: { message: 'slow down' } }, { 'retry-after': '9' }) },
  { what: 'a 500', first: reply(500, { error: { message: 'broken' } }) },
  { what: 'an error under status 200', first: reply(200, { error: { message: 'Internal error' } }) },
  {
    what: 'a page under status 200',
    first: reply(200, '<!doctype html><html>hi</html>', { 'content-type': 'text/html' }),
  },
  { what: 'an empty answer', first: reply(200, '') },
  { what: 'JSON that is not an answer', first: reply(200, { hello: 'there' }) },
  { what: 'a list in place of an answer', first: reply(200, []) },
  { what: 'a connection that breaks', first: hangUp },
  { what: 'a path that is not there', first: reply(404, { detail: 'Not Found' }) },
  { what: 'a page in place of the path', first: reply(404, '<html>404</html>', { 'content-type': 'text/html' }) },
  {
    what: 'a model that is not there',
    first: reply(404, { error: { message: 'The model `a-model` does not exist', code: 'model_not_found' } }),
  },
];

/** Endpoints that are read in the same way as another one get every third failure. */
const ALIKE: ReadonlySet<string> = new Set(['translations', 'moderations', 'images']);

/** A chain for each failure: a provider of its own at `first`, and then `second`. */
const configurationFor = (first: ScriptedUpstream, second: ScriptedUpstream): object => {
  const provider = (upstream: ScriptedUpstream): object => ({ type: 'openai-compatible', baseUrl: upstream.baseUrl });
  const names = FAILURES.map((_, index) => `bad${index}`);
  return {
    providers: {
      ...Object.fromEntries(names.map((name) => [name, provider(first)])),
      good: provider(second),
    },
    chains: Object.fromEntries(
      names.map((name) => [name, { targets: [`${name}/a-model`, 'good/a-model'], maxWait: '0s' }]),
    ),
    defaultChain: 'bad0',
  };
};

describe('An endpoint beside chat', () => {
  for (const [name, { path, body, answer }] of Object.entries(ENDPOINTS)) {
    describe(name, () => {
      let bad: ScriptedUpstream;
      let good: ScriptedUpstream;
      let proxy: RunningProxy;
      before(async () => {
        [bad, good] = await Promise.all([ScriptedUpstream.start(), ScriptedUpstream.start()]);
        good.always(reply(200, answer));
        proxy = await startProxy(configurationFor(bad, good));
      });
      after(async () => {
        await proxy.close();
        await Promise.all([bad.close(), good.close()]);
      });

      for (const [index, { what, first }] of FAILURES.entries()) {
        if (ALIKE.has(name) && index % 3 !== 0) continue;
        it(`asks the next target after ${what}`, async () => {
          bad.received.length = 0;
          bad.always((res, request) => {
            // A request on a kept connection would be sent again when that breaks.
            res.setHeader('connection', 'close');
            return first(res, request);
          });
          const response = await post(proxy, path, body(`bad${index}`));
          expect(response.status, await response.clone().text()).to.equal(200);
          expect(await response.json()).to.deep.equal(answer);
          expect(response.headers.get('x-429chain-target')).to.equal('good/a-model');
          expect(response.headers.get('x-429chain-attempts')).to.equal('2');
          expect(bad.received.map((request) => request.path)).to.deep.equal([`/v1${path}`]);
          expect(good.received.at(-1)?.path).to.equal(`/v1${path}`);
        });
      }
    });
  }
});
