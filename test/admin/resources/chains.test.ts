import { expect } from 'chai';
import type { ChainsReply, Saved } from '../../../src/contract/admin-configuration.js';
import { HELLO } from '../../proxy.js';
import { answer } from '../../scripted-upstream.js';
import { codeOf } from '../admin.js';
import { AdminStage } from '../stage.js';

const FIVE = [{ requests: 5, per: '1m' }];

describe('The admin API for chains', () => {
  const stage = AdminStage.forEachTest();

  const list = async (): Promise<ChainsReply> => (await stage.call<ChainsReply>('GET /chains')).body;
  const put = (name: string, body: object, revision?: string) =>
    stage.call<Saved & Record<string, unknown>>(`PUT /chains/${encodeURIComponent(name)}`, body, revision);

  it('lists each chain as written', async () => {
    const { chains, defaultChain } = await list();
    expect({ chains, defaultChain }).to.deep.equal({
      chains: [
        {
          name: 'default',
          targets: [{ target: 'one/a-model' }, { target: 'two/maker/b-model:free', limits: FIVE }],
        },
        {
          name: 'careful',
          targets: [{ target: 'two/maker/b-model:free' }],
          maxWait: '0s',
          resumeInstruction: 'Go on: {lastWords}',
        },
      ],
      defaultChain: 'default',
    });
  });

  it('saves an unchanged chain without changing the file', async () => {
    for (const { name, ...chain } of (await list()).chains) expect((await put(name, chain)).status).to.equal(200);
    expect(stage.text).to.equal(stage.configuration);
  });

  it('reorders targets together with their comments (pitfall 35: comments were lost)', async () => {
    const [chain] = (await list()).chains;
    await put('default', { targets: chain?.targets.toReversed() });
    const [, first, second] = stage.configuration.split(/( {6}\/\/ asked first\n.*\n)( {6}\/\/ asked second\n.*\n)/);
    expect(stage.text).to.equal(stage.configuration.replace(`${first}${second}`, `${second}${first}`));
    stage.two.always(answer('hi'));
    const response = await stage.call('POST /chat', { messages: HELLO });
    expect(response.status).to.equal(200);
    expect(stage.one.received).to.deep.equal([]);
  });

  it('writes a target without settings in its short form', async () => {
    const targets = [
      { target: 'one/a-model', limits: [], timeouts: {} },
      { target: 'one/c', timeouts: { idle: '9s' } },
    ];
    await put('new one', { targets });
    expect(stage.text).to.include(
      `'new one': ['one/a-model', { provider: 'one', model: 'c', timeouts: { idle: '9s' } }],`,
    );
  });

  for (const [form, given, written] of [
    ['a text', 'one/c/d:free', `'one/c/d:free'`],
    ['an object with `target`', { target: 'one/c' }, `'one/c'`],
    ['an object with `provider` and `model`', { provider: 'one', model: 'c/d' }, `'one/c/d'`],
    [
      'an object as in the file, with settings',
      { provider: 'one', model: 'c', free: true, limits: FIVE },
      `{ provider: 'one', model: 'c', free: true, limits: [{ requests: 5, per: '1m' }] }`,
    ],
  ] as const) {
    it(`takes a target that is ${form}`, async () => {
      expect((await put('new', { targets: [given, 'one/a-model'] })).status).to.equal(200);
      expect(stage.text).to.include(`new: [${written}, 'one/a-model'],`);
    });
  }

  it('takes each chain that it lists under another name, with all of its settings', async () => {
    await stage.restart(`{ providers: { one: { type: 'openai-compatible', baseUrl: '${stage.one.baseUrl}' } }, chains: {
      default: { targets: [{ provider: 'one', model: 'a', free: true, timeouts: { idle: '9s' } }, 'one/b'], retries: 1,
        sameVectors: true, resumeInstruction: 'Go on: {lastWords}', free: 'any' } } }`);
    const [{ name: _, ...chain } = { name: '', targets: [] }] = (await list()).chains;
    await put('copy', chain);
    expect((await list()).chains[1]).to.deep.equal({ ...chain, name: 'copy' });
  });

  it('changes the settings of a chain and keeps those that the admin does not edit', async () => {
    await put('careful', { targets: [{ target: 'two/maker/b-model:free' }], retries: 2 });
    const line = stage.text.split('\n').find((each) => each.includes('careful:'));
    expect(line).to.equal(
      `    careful: { targets: ['two/maker/b-model:free'], /* as told */ resumeInstruction: 'Go on: {lastWords}', retries: 2 },`,
    );
    const [chain] = (await list()).chains;
    await put('default', { targets: chain?.targets, maxWait: '5s' });
    expect(stage.text).to.match(/\/\/ asked first\n\s+'one\/a-model', \/\/ thirty a minute/);
    expect((await list()).chains[0]).to.include({ maxWait: '5s' });
  });

  it('renames a chain in its place, and `defaultChain` with it', async () => {
    const [chain] = (await list()).chains;
    await put('default', { name: 'main', targets: chain?.targets });
    const expected = stage.configuration
      .replace('    default: [', '    main: [')
      .replace(`defaultChain: 'default'`, `defaultChain: 'main'`);
    expect(stage.text).to.equal(expected);
    const other = await put('careful', { name: 'main', targets: [{ target: 'one/a' }] });
    expect(codeOf(other)).to.equal('in_use');
  });

  it('changes the default chain, and then removes the earlier one', async () => {
    const refused = await stage.call('DELETE /chains/default');
    expect(codeOf(refused)).to.equal('in_use');
    expect(refused.text).to.include('default chain');
    expect((await stage.call('PUT /default-chain', { name: 'careful' })).status).to.equal(200);
    expect((await stage.call('DELETE /chains/default')).status).to.equal(200);
    const only = await stage.call('DELETE /chains/careful');
    expect(codeOf(only)).to.equal('in_use');
    expect(only.text).to.include('only chain');
    expect((await list()).defaultChain).to.equal('careful');
  });

  it('renames a chain in its aliases too, and keeps one that an alias names', async () => {
    const aliases = `aliases: { 'claude-*-haiku*': 'careful', 'gpt-5*': 'default' }, // said by tools\n`;
    const provider = `one: { type: 'openai-compatible', baseUrl: '${stage.one.baseUrl}' }`;
    await stage.restart(
      `{ providers: { ${provider} }, chains: { default: ['one/a'], careful: ['one/b'] }, ${aliases}}`,
    );
    const refused = await stage.call('DELETE /chains/careful');
    expect(codeOf(refused)).to.equal('in_use');
    expect(refused.text).to.include('claude-*-haiku*');
    await put('careful', { name: 'fast', targets: [{ target: 'one/b' }] });
    expect(stage.text).to.include(`aliases: { 'claude-*-haiku*': 'fast', 'gpt-5*': 'default' }, // said by tools`);
  });

  it('keeps an implied default chain', async () => {
    const text = `{ providers: { one: { type: 'openai-compatible', baseUrl: '${stage.one.baseUrl}' } }, chains: { mine: ['one/a'] } }`;
    await stage.restart(text);
    await put('default', { targets: [{ target: 'one/b' }] });
    expect((await list()).defaultChain).to.equal('mine');
  });

  const REFUSED: readonly [what: string, name: string, body: object, status: number, says: RegExp][] = [
    ['without targets', 'x', {}, 400, /targets/],
    ['with an empty list of targets', 'x', { targets: [] }, 422, /chains\.x/],
    ['with an invalid target', 'x', { targets: [{ target: 'one' }] }, 400, /provider\/model/],
    ['with an invalid target as text', 'x', { targets: ['one/a', '/b'] }, 400, /\/b\\" is not a target/],
    ['with a target without a model', 'x', { targets: [{ provider: 'one' }] }, 400, /provider\/model/],
    ['with a target that is no text and no object', 'x', { targets: [null] }, 400, /null is not a target/],
    ['with a target that is a list', 'x', { targets: [['one/a']] }, 400, /provider\/model/],
    ['with a model that is a number', 'x', { targets: [{ provider: 'one', model: {} }] }, 400, /is not a target/],
    ['with an unknown provider', 'x', { targets: [{ target: 'nine/a' }] }, 422, /not configured/],
    ['with one target twice', 'x', { targets: [{ target: 'one/a' }, { target: 'one/a' }] }, 422, /repeats/],
    ['with a slash in its name', 'x/y', { targets: [{ target: 'one/a' }] }, 422, /no slash/],
  ];
  for (const [what, name, body, status, says] of REFUSED) {
    it(`refuses a chain ${what}`, async () => {
      const refused = await put(name, body);
      expect(refused.status).to.equal(status);
      expect(refused.text).to.match(says);
      expect(stage.text).to.equal(stage.configuration);
    });
  }

  it('refuses the second of two changes that start from the same revision (pitfall 38: drags in any order)', async () => {
    const { revision, chains } = await list();
    const targets = chains[0]?.targets ?? [];
    const answers = await Promise.all([
      put('default', { targets: targets.toReversed() }, revision),
      put('default', { targets: targets.slice(0, 1) }, revision),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).to.deep.equal([200, 409]);
    expect((await list()).revision).to.equal(answers.find(({ status }) => status === 200)?.body.revision);
  });

  it('pins a limit to a target in every chain, or to a provider', async () => {
    const pin = (body: object) => stage.call('POST /limits/pin', body);
    await pin({ scope: 'two/maker/b-model:free', dimension: 'requests', window: '1m', limit: 7 });
    await pin({ scope: 'one', dimension: 'concurrent', limit: 3 });
    const { chains } = await list();
    const limits = [{ requests: 7, per: '1m' }];
    expect(chains.map(({ targets }) => targets.at(-1))).to.deep.equal([
      { target: 'two/maker/b-model:free', limits },
      { target: 'two/maker/b-model:free', limits },
    ]);
    expect(stage.text).to.include("limits: [{ requests: 7, per: '1m' }] }, // five");
    expect(stage.text).to.include('limits: [{ concurrent: 3 }]');
  });

  it('replaces the limit with the same window, however the window is written', async () => {
    const byHand = stage.text.replace("limits: [{ requests: 5, per: '1m' }]", "limits: [{ requests: 5, per: '60s' }]");
    await stage.call('PUT /configuration', { text: byHand });
    await stage.call('POST /limits/pin', {
      scope: 'two/maker/b-model:free',
      dimension: 'requests',
      window: '1m',
      limit: 50,
    });
    expect((await list()).chains[0]?.targets.at(-1)?.limits).to.deep.equal([{ requests: 50, per: '1m' }]);
  });

  for (const [body, says] of [
    [{ scope: 'two#free', dimension: 'requests', window: '1m', limit: 7 }, /pool/],
    [{ scope: 'nine', dimension: 'requests', window: '1m', limit: 7 }, /neither/],
    [{ scope: 'one', dimension: 'input_tokens', window: '1m', limit: 7 }, /input_tokens/],
    [{ scope: 'one', dimension: 'requests', limit: 7 }, /window/],
    [{ scope: 'one', dimension: 'requests', window: '1m', limit: 0 }, /limit/],
  ] as const) {
    it(`refuses to pin ${JSON.stringify(body)}`, async () => {
      const refused = await stage.call('POST /limits/pin', body);
      expect(codeOf(refused)).to.equal('invalid_request');
      expect(refused.text).to.match(says);
    });
  }
});
