import { expect } from 'chai';
import { HELLO, MessagesStage } from '../protocols/messages/messages-stage.js';
import { answer } from '../scripted-upstream.js';

interface List {
  readonly data: readonly {
    readonly type: string;
    readonly id: string;
    readonly display_name: string;
    readonly created_at: string;
  }[];
  readonly has_more: boolean;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

const IDS = ['fast', 'smart', 'claude-429chain-fast', 'claude-429chain-smart', 'one/a-model', 'one/vendor/b:free'];

describe('The models that a client of Anthropic sees', () => {
  let stage: MessagesStage;

  before(async () => {
    stage = await MessagesStage.configured((baseUrl) => ({
      providers: { one: { type: 'openai-compatible', baseUrl } },
      chains: { fast: ['one/a-model'], smart: ['one/vendor/b:free'] },
      defaultChain: 'fast',
      aliases: {
        'claude-*-haiku*': 'fast',
        'claude-*': 'smart',
        'gpt-5*': 'one/other',
        smart: 'fast',
        'one/a-model': 'smart',
      },
    }));
    stage.upstream().always(answer('Hello'));
  });

  after(() => stage.close());

  const list = async (query = ''): Promise<List> => {
    const response = await stage.get(`/v1/models${query}`);
    expect(response.status).to.equal(200);
    return (await response.json()) as List;
  };

  it('are chains, names for clients that list only Claude, and targets', async () => {
    const { data, ...rest } = await list();
    expect(data.map(({ id }) => id)).to.deep.equal(IDS);
    expect(rest).to.deep.equal({ has_more: false, first_id: IDS[0], last_id: IDS.at(-1) });
    for (const model of data) {
      expect(model).to.have.all.keys('type', 'id', 'display_name', 'created_at');
      expect(model.type).to.equal('model');
      expect(new Date(model.created_at).getTime()).to.be.greaterThan(0);
      expect(model.created_at).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    }
  });

  const PAGES: readonly [query: string, ids: readonly string[], more: boolean][] = [
    ['?limit=1000', IDS, false],
    ['?limit=2', IDS.slice(0, 2), true],
    ['?limit=2&after_id=smart', IDS.slice(2, 4), true],
    ['?limit=2&after_id=claude-429chain-smart', IDS.slice(4), false],
    ['?after_id=one%2Fvendor%2Fb:free', [], false],
    ['?before_id=claude-429chain-smart&limit=2', IDS.slice(1, 3), true],
    ['?after_id=none', IDS, false],
    ['?limit=many', IDS, false],
  ];
  for (const [query, ids, more] of PAGES) {
    it(`come in pages: ${query}`, async () => {
      const { data, has_more, first_id, last_id } = await list(query);
      expect(data.map(({ id }) => id)).to.deep.equal(ids);
      expect({ has_more, first_id, last_id }).to.deep.equal({
        has_more: more,
        first_id: ids[0] ?? null,
        last_id: ids.at(-1) ?? null,
      });
    });
  }

  it('are found one by one, and unknown ones are not', async () => {
    for (const id of ['fast', 'claude-429chain-smart', 'one/a-model', 'one%2Fvendor%2Fb%3Afree']) {
      const response = await stage.get(`/v1/models/${id}`);
      expect(await response.json()).to.deep.include({ type: 'model', id: decodeURIComponent(id) });
    }
    expect((await stage.get('/v1/models/claude-429chain-none')).status).to.equal(404);
  });

  it('stay as they are for all other clients', async () => {
    const response = await stage.get('/v1/models', {});
    const { object, data } = (await response.json()) as { object: string; data: readonly { id: string }[] };
    expect(object).to.equal('list');
    expect(data.map(({ id }) => id)).to.deep.equal(['fast', 'smart', 'one/a-model', 'one/vendor/b:free']);
  });

  const NAMES: readonly [model: string, sent: string, chain: string][] = [
    ['fast', 'a-model', 'fast'],
    ['smart', 'vendor/b:free', 'smart'],
    ['claude-3-5-haiku-20241022', 'a-model', 'fast'],
    ['claude-opus-5-5', 'vendor/b:free', 'smart'],
    ['claude-opus-5-5[1m]', 'vendor/b:free', 'smart'],
    ['fast[1m]', 'a-model', 'fast'],
    ['gpt-5.1-codex', 'other', 'one/other'],
    ['one/a-model', 'a-model', 'one/a-model'],
    ['one/any-model', 'any-model', 'one/any-model'],
    ['claude-429chain-fast', 'a-model', 'fast'],
    ['claude-429chain-smart[1m]', 'vendor/b:free', 'smart'],
    ['claude-429chain-none', 'vendor/b:free', 'smart'],
    ['o3', 'a-model', 'fast'],
  ];
  for (const [model, sent, chain] of NAMES) {
    it(`mean something as a request's model: ${model}`, async () => {
      const { status, headers } = await stage.ask({ model });
      expect(status).to.equal(200);
      expect(stage.sent().model).to.equal(sent);
      expect(headers.get('x-429chain-chain')).to.equal(chain);
      const chat = await stage.proxy.post({ model, messages: HELLO.messages });
      expect(chat.headers.get('x-429chain-chain')).to.equal(chain);
    });
  }
});

describe('The root', () => {
  it('says that 429chain is there, without a key', async () => {
    const stage = await MessagesStage.start(1);
    try {
      const response = await fetch(stage.proxy.address);
      expect(response.status).to.equal(200);
      expect(response.headers.get('content-type')).to.match(/^text\/plain/);
      expect(await response.text()).to.contain('/admin');
      const head = await fetch(`${stage.proxy.address}/`, { method: 'HEAD' });
      expect(head.status).to.equal(200);
      expect((await fetch(`${stage.proxy.address}/api/hello`, { method: 'HEAD' })).status).to.equal(404);
    } finally {
      await stage.close();
    }
  });
});
