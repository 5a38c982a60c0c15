import { expect } from 'chai';
import type { ProvidersReply, ProviderView, Saved } from '../../../src/contract/admin-configuration.js';
import type { ProviderTrial } from '../../../src/contract/models.js';
import { answer, reply } from '../../scripted-upstream.js';
import { AdminStage } from '../stage.js';

const KEYS = { ann: 'gsk_key-of-ann-0123456789', bob: 'gsk_key-of-bob-0123456789', literal: 'gsk_literal-0123456789' };

const DOT_ENV = `ANN_KEY=${KEYS.ann}\nBOB_KEY=${KEYS.bob}\n`;

const MODELS = reply(200, { object: 'list', data: [{ id: 'a-model' }] });

describe('The admin API for several keys of a provider', () => {
  const stage = AdminStage.forEachTest({
    dotEnv: DOT_ENV,
    configuration: ({ one }) => `{
  server: { adminKey: 'admin-key-of-this-test' },
  providers: {
    team: {
      type: 'openai-compatible',
      baseUrl: '${one.baseUrl}',
      apiKeys: [
        '\${ANN_KEY}', // of Ann
        { key: '\${BOB_KEY}', label: 'bob' },
        '\${UNSET_KEY}',
        '${KEYS.literal}',
      ],
    },
    single: { type: 'openai-compatible', baseUrl: '${one.baseUrl}', apiKey: '\${BOB_KEY}' },
  },
  chains: { default: ['team/a-model'] },
}
`,
  });

  const view = async (id = 'team'): Promise<ProviderView> => {
    const { body } = await stage.call<ProvidersReply>('GET /providers');
    return body.providers.find((each) => each.id === id) as ProviderView;
  };

  /** The form as a browser sends it back. */
  const save = async (change: object, id = 'team') => {
    const { type, baseUrl, limits, timeouts, headers, options } = await view(id);
    const body = { type, baseUrl, limits, timeouts, headers, options, ...change };
    return stage.call<Saved & { readonly error?: { readonly message: string } }>(`PUT /providers/${id}`, body);
  };

  const refuseKeyOf = (name: keyof typeof KEYS): void =>
    void stage.one.always((res, request) =>
      (request.headers.authorization === `Bearer ${KEYS[name]}`
        ? reply(401, { error: { message: `Incorrect API key provided: ${KEYS[name]}` } })
        : request.path.endsWith('/models')
          ? MODELS
          : answer('hi'))(res, request),
    );

  it('lists each key with its label and its state, and none in full', async () => {
    refuseKeyOf('ann');
    await stage.playgroundChat();
    const { keys, key, state, reason } = await view();
    expect({ state, reason }).to.deep.equal({ state: 'usable', reason: undefined });
    expect(key).to.deep.equal({ kind: 'set', variable: 'ANN_KEY', masked: 'gsk…789' });
    expect(keys?.map(({ label, kind, state: stands }) => [label, kind, stands])).to.deep.equal([
      ['key 1', 'set', 'refused'],
      ['bob', 'set', 'usable'],
      ['key 3', 'unset', 'unconfigured'],
      ['key 4', 'set', 'usable'],
    ]);
    expect(keys?.[0]?.reason).to.match(/401.*Incorrect API key provided: \*\*\*/);
    expect(keys?.[2]?.reason).to.equal('UNSET_KEY is not set');
    const everything = [
      (await stage.call('GET /providers')).text,
      (await stage.call('GET /status')).text,
      (await stage.call('GET /requests')).text,
      (await stage.call('GET /configuration')).text,
      stage.admin.log.lines.join('\n'),
    ].join('\n');
    for (const secret of Object.values(KEYS)) expect(everything).not.to.contain(secret);
  });

  it('keeps every key if the form says nothing about keys', async () => {
    const before = stage.text;
    expect((await save({ limits: [{ concurrent: 2 }] })).status).to.equal(200);
    const listIn = (text: string) => /apiKeys: \[[\s\S]*?\]/.exec(text)?.[0];
    expect(listIn(stage.text)).to.equal(listIn(before));
  });

  it('keeps the keys that stay, whatever their place and their label, and puts a new one into .env', async () => {
    const saved = await save({
      rotate: 'most-left',
      apiKeys: [
        { label: 'bob', savedAs: 'bob', key: 'gsk…789' },
        { label: 'ann', savedAs: 'key 1' },
        { label: 'cat', key: 'gsk_key-of-cat-0123456789' },
        { savedAs: 'key 4' },
      ],
    });
    expect(saved.status, JSON.stringify(saved.body)).to.equal(200);
    const text = stage.text.replace(/\s+/g, ' ');
    expect(text)
      .to.contain("{ key: '${BOB_KEY}', label: 'bob' }")
      .and.to.contain("{ key: '${ANN_KEY}', label: 'ann' }");
    expect(text).to.contain("{ key: '${TEAM_API_KEY_CAT}', label: 'cat' }").and.to.contain(`'${KEYS.literal}'`);
    expect(text).to.contain("rotate: 'most-left'").and.not.to.contain('UNSET_KEY');
    expect(stage.dotEnv).to.contain('TEAM_API_KEY_CAT=gsk_key-of-cat-0123456789').and.to.contain(KEYS.ann);
    const { keys, rotate } = await view();
    expect(rotate).to.equal('most-left');
    expect(keys?.map(({ label, variable }) => [label, variable])).to.deep.equal([
      ['bob', 'BOB_KEY'],
      ['ann', 'ANN_KEY'],
      ['cat', 'TEAM_API_KEY_CAT'],
      ['key 4', undefined],
    ]);
  });

  it('makes several keys of a single one, and one of several', async () => {
    const saved = await save({ apiKeys: [{ savedAs: 'key 1' }, { key: 'gsk_key-of-eve-0123456789' }] }, 'single');
    expect(saved.status, JSON.stringify(saved.body)).to.equal(200);
    expect(stage.text.replace(/\s+/g, ' ')).to.match(
      /single: \{[^}]*apiKeys: \['\$\{BOB_KEY\}', '\$\{SINGLE_API_KEY_2\}'\]/,
    );
    expect((await save({ apiKeys: [{ savedAs: 'key 2', label: 'key 1' }] }, 'single')).status).to.equal(200);
    expect(stage.text)
      .to.match(/single: \{[^}]*apiKey: '\$\{SINGLE_API_KEY_2\}'/)
      .and.not.to.match(/single:.*apiKeys/);
  });

  it('replaces one key and leaves its variable in the file', async () => {
    const { keys = [] } = await view();
    const apiKeys = keys.map(({ label }) => ({ label, savedAs: label }));
    expect(
      (await save({ apiKeys: [{ ...apiKeys[0], key: 'gsk_new-of-ann-0123456789' }, ...apiKeys.slice(1)] })).status,
    ).to.equal(200);
    expect(stage.dotEnv).to.contain('ANN_KEY=gsk_new-of-ann-0123456789').and.to.contain(KEYS.bob);
  });

  for (const [title, change, message] of [
    ['a mask of no saved key', { apiKeys: [{ key: 'gsk…789' }, { savedAs: 'bob' }] }, /masked key/],
    ['an unknown saved key', { apiKeys: [{ savedAs: 'dan' }] }, /no saved key "dan"/],
    ['an empty new key', { apiKeys: [{ savedAs: 'bob' }, {}] }, /apiKeys\[1\]\.key" is empty/],
    ['one key twice', { apiKeys: [{ savedAs: 'bob' }, { savedAs: 'bob', label: 'two' }] }, /same key/],
    [
      'one label twice',
      {
        apiKeys: [
          { savedAs: 'bob', label: 'x' },
          { savedAs: 'key 1', label: 'x' },
        ],
      },
      /same label/,
    ],
    ['both forms', { apiKey: 'gsk_other-0123456789', apiKeys: [{ savedAs: 'bob' }] }, /not both/],
  ] as const) {
    it(`refuses ${title}`, async () => {
      const before = stage.text;
      const { status, body } = await save(change);
      // A text that the configuration refuses is a 422.
      expect(status).to.equal(/same/.test(String(message)) ? 422 : 400);
      expect(body.error?.message).to.match(message);
      expect(stage.text).to.equal(before);
    });
  }

  it('tests each key, and lists the models of the first that works', async () => {
    refuseKeyOf('ann');
    const { body } = await stage.call<ProviderTrial>('POST /providers/try', { id: 'team' });
    expect(body.models.map(({ id }) => id)).to.deep.equal(['a-model']);
    expect(body.state).to.equal('ok');
    expect(body.keys?.map(({ label, state }) => [label, state])).to.deep.equal([
      ['key 1', 'key refused'],
      ['bob', 'ok'],
      ['key 3', 'unconfigured'],
      ['key 4', 'ok'],
    ]);
    const models = await stage.call<ProviderTrial>('GET /providers/team/models');
    expect(models.body.models.map(({ id }) => id)).to.deep.equal(['a-model']);
  });

  it('tests the keys of a form before they are saved', async () => {
    refuseKeyOf('ann');
    const apiKeys = [
      { label: 'new', key: 'gsk_key-of-cat-0123456789' },
      { label: 'ann', savedAs: 'key 1' },
    ];
    const { body } = await stage.call<ProviderTrial>('POST /providers/try', { id: 'team', apiKeys });
    expect(body.keys?.map(({ label, state }) => [label, state])).to.deep.equal([
      ['new', 'ok'],
      ['ann', 'key refused'],
    ]);
  });

  it('pins a limit of a key at its provider, for each key', async () => {
    const limit = { dimension: 'requests', window: '1m', limit: 30 };
    expect((await stage.call('POST /limits/pin', { scope: 'team:bob', ...limit })).status).to.equal(200);
    expect((await stage.call('POST /limits/pin', { scope: 'team:key 1/a-model', ...limit })).status).to.equal(200);
    const { limits } = await view();
    expect(limits).to.deep.equal([{ requests: 30, per: '1m' }]);
    expect(stage.text).to.match(/default: \[\s*\{\s*provider: 'team'/);
  });

  it('ends the cooldown of one key, or of all', async () => {
    stage.one.always(reply(429, { error: { message: 'spent' } }, { 'retry-after': '60' }));
    await stage.playgroundChat();
    const states = async (): Promise<string[]> => {
      const { body } = await stage.call<{ readonly targets: readonly { readonly state: string }[] }>('GET /status');
      return body.targets.map(({ state }) => state);
    };
    expect(await states()).to.deep.equal(['exhausted', 'exhausted', 'unconfigured', 'exhausted']);
    await stage.call('POST /cooldowns/lift', { target: 'team:bob/a-model' });
    expect(await states()).to.deep.equal(['exhausted', 'available', 'unconfigured', 'exhausted']);
    await stage.call('POST /cooldowns/lift', { target: 'team/a-model' });
    expect(await states()).to.deep.equal(['available', 'available', 'unconfigured', 'available']);
  });

  it('explains what happens to each key', async () => {
    refuseKeyOf('ann');
    await stage.playgroundChat();
    const { body } = await stage.call('POST /explain', { targets: ['team/a-model'] });
    expect(body.decision).to.deep.equal({ kind: 'asks', target: 'team:bob/a-model' });
    const { targets } = body as { readonly targets: readonly { readonly target: string; readonly step: string }[] };
    expect(targets.map(({ target, step }) => [target, step])).to.deep.equal([
      ['team:key 1/a-model', 'skipped'],
      ['team:bob/a-model', 'asked'],
      ['team:key 3/a-model', 'not reached'],
      ['team:key 4/a-model', 'not reached'],
    ]);
  });
});
