import { expect } from 'chai';
import { type Answerer, hangUp, reply, ScriptedUpstream, silence } from '../../scripted-upstream.js';
import { Folder, type Run, SECRETS } from '../run.js';
import { ENV, forKey, KEY, list, row } from './check-output.js';

/** An answer of a provider, and what `check` prints for it. */
interface Case {
  readonly what: string;
  readonly answer: Answerer;
  /** Further fields of the provider. */
  readonly provider?: object;
  readonly state: string;
  readonly says?: RegExp;
  /** The state of the target `ID/a-model`. */
  readonly target: RegExp;
}

const LISTED = /^listed$/;
const UNKNOWN = /^unknown$/;

const CASES: Readonly<Record<string, Case>> = {
  good: {
    what: 'a list that needs the key',
    answer: forKey('a-model', 'b'),
    provider: KEY,
    state: 'ok',
    says: /^2 models$/,
    target: LISTED,
  },
  open: {
    what: 'a public list (OpenRouter), which does not test the key',
    answer: reply(200, { data: list('a-model') }),
    provider: KEY,
    state: 'ok',
    says: /^1 model; the list is public, so the key was not tested$/,
    target: LISTED,
  },
  keyless: {
    what: 'a list without a key',
    answer: reply(200, { data: list('a-model') }),
    state: 'ok',
    says: /^1 model$/,
    target: LISTED,
  },
  together: {
    what: 'a bare array (Together)',
    answer: reply(200, list('a-model', 'b', 'c')),
    state: 'ok',
    says: /^3 models$/,
    target: LISTED,
  },
  gemini: {
    what: "ids with Gemini's prefix",
    answer: reply(200, { data: list('models/a-model') }),
    state: 'ok',
    target: LISTED,
  },
  lacking: {
    what: 'a list without the model',
    answer: reply(200, { data: list('a-modle') }),
    state: 'ok',
    target: /^not listed\. Did you mean `a-modle`\?$/,
  },
  retired: {
    what: 'the model as not active (Groq)',
    answer: reply(200, { data: [{ id: 'a-model', active: false }, { id: 'b' }] }),
    state: 'ok',
    says: /^1 model$/,
    target: /^not listed\.$/,
  },
  empty: {
    what: 'null for an empty list (Ollama)',
    answer: reply(200, { object: 'list', data: null }),
    state: 'ok',
    says: /^0 models$/,
    target: /^not listed\.$/,
  },
  cohere: {
    what: "Cohere's own list",
    answer: reply(200, { models: [{ name: 'a-model' }] }),
    state: 'ok',
    says: /unknown format/,
    target: UNKNOWN,
  },
  cloudflare: {
    what: "Cloudflare's own list",
    answer: reply(200, { result: [{ name: 'a-model' }] }),
    state: 'ok',
    says: /unknown format/,
    target: UNKNOWN,
  },
  page: {
    what: 'an HTML page',
    answer: reply(200, '<html><title>Hi</title></html>'),
    state: 'failing',
    says: /not JSON\. Is baseUrl right\?/,
    target: /^failing$/,
  },
  unlisted: {
    what: '404',
    answer: reply(404, '404 page not found'),
    state: 'no list',
    says: /^404: 404 page not found · is baseUrl right\?$/,
    target: /^no list$/,
  },
  moved: {
    what: 'a redirect',
    answer: reply(301, '', { location: 'http://127.0.0.1:1/' }),
    state: 'failing',
    says: /^301/,
    target: /^failing$/,
  },
  refused: {
    what: '401 with the key in its message',
    answer: reply(401, { error: { message: `Incorrect API key provided: ${SECRETS.provider}` } }),
    provider: KEY,
    state: 'key refused',
    says: /^401: Incorrect API key provided: \*\*\* · check A_KEY$/,
    target: /^key refused$/,
  },
  literal: {
    what: '401 to a key in the file itself',
    answer: reply(401, {}),
    provider: { apiKey: SECRETS.provider },
    state: 'key refused',
    says: /· check its apiKey$/,
    target: /^key refused$/,
  },
  stranger: {
    what: '401 to a request without any key',
    answer: reply(401, {}),
    state: 'key refused',
    says: /· it has no apiKey in the configuration$/,
    target: /^key refused$/,
  },
  header: {
    what: '403 with the key of a header in its message',
    answer: reply(403, { message: `${SECRETS.header} is wrong` }),
    provider: { headers: { 'x-key': 'Key ${A_HEADER_KEY}' } },
    state: 'key refused',
    says: /^403: \*\*\* is wrong/,
    target: /^key refused$/,
  },
  google: {
    what: '400 with the reason API_KEY_INVALID (Gemini)',
    answer: reply(400, [
      {
        error: {
          code: 400,
          message: 'API key not valid.',
          status: 'INVALID_ARGUMENT',
          details: [{ reason: 'API_KEY_INVALID' }],
        },
      },
    ]),
    provider: KEY,
    state: 'key refused',
    target: /^key refused$/,
  },
  limited: {
    what: '429',
    answer: reply(429, { error: { message: 'slow down' } }),
    state: 'at its limit',
    says: /^429: slow down$/,
    target: /^at its limit$/,
  },
  overloaded: { what: '503', answer: reply(503, 'busy'), state: 'failing', says: /^503: busy$/, target: /^failing$/ },
  escaping: {
    what: 'terminal control characters',
    answer: reply(500, 'a\u001b[2Jb\nc'),
    state: 'failing',
    says: /^500: a \[2Jb c$/,
    target: /^failing$/,
  },
  hanging: {
    what: 'nothing before the timeout',
    answer: silence,
    provider: { timeouts: { firstToken: '300ms' } },
    state: 'unreachable',
    says: /^http:\/\/127\.0\.0\.1:\d+: no answer within 0\.3 s$/,
    target: /^unreachable$/,
  },
  broken: {
    what: 'a closed connection',
    answer: hangUp,
    state: 'unreachable',
    says: /the connection broke/,
    target: /^unreachable$/,
  },
};

describe('429chain check reports a provider that answers with', () => {
  let shared: Folder;
  let run: Run;
  const running: ScriptedUpstream[] = [];

  before(async () => {
    shared = new Folder();
    const providers: [string, object][] = [];
    for (const [id, { answer, provider = {} }] of Object.entries(CASES)) {
      const started = (await ScriptedUpstream.start()).always(answer);
      running.push(started);
      providers.push([id, { type: 'openai-compatible', baseUrl: started.baseUrl, ...provider }]);
    }
    shared.write('429chain.json5', {
      providers: Object.fromEntries(providers),
      chains: { default: providers.map(([id]) => `${id}/a-model`) },
    });
    run = await shared.run(['check'], { env: ENV });
  });

  after(async () => {
    shared.remove();
    await Promise.all(running.map((each) => each.close()));
  });

  for (const [id, { what, state, says, target }] of Object.entries(CASES)) {
    it(`${what}: ${state}`, () => {
      const [, found, detail = ''] = row(run, id);
      expect(found, run.stdout).to.equal(state);
      if (says !== undefined) expect(detail).to.match(says);
      expect(row(run, `${id}/a-model`)[1]).to.match(target);
    });
  }

  it('using the path, key and headers of any other request', () => {
    const [first] = running[Object.keys(CASES).indexOf('good')]?.received ?? [];
    expect(first?.path).to.equal('/v1/models');
    expect(first?.headers).to.include({ authorization: `Bearer ${SECRETS.provider}` });
    expect(first?.headers['user-agent']).to.match(/^429chain\//);
    const [other] = running[Object.keys(CASES).indexOf('header')]?.received ?? [];
    expect(other?.headers).to.include({ 'x-key': `Key ${SECRETS.header}` });
  });

  it('warning of models that are not listed, without failing', () => {
    expect(run).to.include({ status: 0, stderr: '' });
    expect(run.stdout).to.match(/^Look after it$/m);
    expect(run.stdout).to.match(/^\d+ of \d+ targets can be used\.$/m);
  });
});

describe('429chain check, where a chain has rules', () => {
  let folder: Folder;
  let upstream: ScriptedUpstream;

  beforeEach(async () => {
    folder = new Folder();
    upstream = (await ScriptedUpstream.start()).always(
      reply(200, {
        data: [
          { id: 'a-model', pricing: { prompt: '0.000001', completion: '0' } },
          { id: 'b:free', pricing: { prompt: '0', completion: '0' } },
        ],
      }),
    );
  });

  afterEach(async () => {
    folder.remove();
    await upstream.close();
  });

  const check = (default_: object): Promise<Run> => {
    folder.write('429chain.json5', {
      providers: { router: { type: 'openrouter', baseUrl: upstream.baseUrl, ...KEY } },
      chains: { default: default_, any: { targets: ['router/b:free'], free: 'any' } },
    });
    return folder.run(['check'], { env: ENV });
  };

  it('says which targets are free, which are skipped, and how it knows', async () => {
    const run = await check({ targets: ['router/a-model', 'router/b:free'], free: 'only' });
    expect(run.status).to.equal(0);
    expect(row(run, 'router/a-model')[2]).to.match(
      /^skipped, not free: its provider charges \$1 and \$0 per million .+ \[the provider's list of models, .+\]$/,
    );
    expect(row(run, 'router/b:free')[2]).to.match(/^free: its provider lists it as free \[/);
    expect(run.stdout).to.contain('1 of 2 targets can be used.').and.not.to.contain('warning: Chain');
  });

  it('warns of a chain whose rules forbid all of its targets', async () => {
    const run = await check({ targets: ['router/a-model'], free: 'only' });
    expect(run.status).to.equal(0);
    expect(run.stdout).to.match(
      /warning: Chain "default" cannot answer: `chains\.default\.free` forbids all of its targets\. router\/a-model: not free/,
    );
  });
});
