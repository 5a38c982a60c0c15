import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { memoryStore } from '../../../src/config/source/store.js';
import type { CheckedText, ConfigurationReply, KeysReply, Saved } from '../../../src/contract/admin-configuration.js';
import { MemoryLog } from '../../proxy.js';
import { makeReadOnly, makeWritable } from '../../read-only-file.js';
import { until } from '../../until.js';
import { Admin, codeOf, SECRETS } from '../admin.js';
import { AdminStage } from '../stage.js';

describe('The admin API for the configuration text', () => {
  const stage = AdminStage.forEachTest();

  const get = async (): Promise<ConfigurationReply> =>
    (await stage.call<ConfigurationReply>('GET /configuration')).body;
  const put = (text: unknown, revision?: string) => stage.call<Saved>('PUT /configuration', { text }, revision);
  const check = (text: unknown) => stage.call<CheckedText>('POST /configuration/check', { text });

  it('shows the file with variables not replaced and literal keys masked', async () => {
    const { text, file, writable, problems } = await get();
    expect({ file, writable, problems }).to.deep.equal({
      file: stage.admin.file,
      writable: { ok: true, kept: true },
      problems: [],
    });
    expect(text).to.equal(
      stage.configuration.replace(SECRETS.header, '<masked: hea…def>').replace(SECRETS.literal, '<masked: lite…6789>'),
    );
  });

  const UNFINISHED: readonly (readonly [what: string, line: string])[] = [
    ['in a list', "server: { apiKeys: ['KEY', 'other'] },"],
    ['with its label', "server: { apiKeys: [{ label: 'mine', key: 'KEY' }] },"],
    ['in a header', "headers: { 'x-title': 'mine', 'x-other': 'KEY' },"],
    ['in options', "options: { clientSecret: 'KEY' },"],
    ['without its last quotation mark', "apiKey: 'KEY,"],
    ['without quotation marks', 'apiKey: KEY,'],
  ];

  for (const [what, line] of UNFINISHED) {
    for (const where of ['a file that is broken', 'a comment']) {
      it(`masks a key ${what} in ${where}, and restores it`, async () => {
        const written = line.replace('KEY', SECRETS.literal);
        const text =
          where === 'a comment' ? `${stage.configuration}// ${written}\n/* ${written} */\n` : `{\n${written}\n`;
        const told = stage.admin.log.lines.length;
        writeFileSync(stage.admin.file, text);
        await until(() => stage.admin.log.lines.length > told);
        const shown = await get();
        expect(shown.text).to.include(line.slice(0, 6)).and.not.to.include('key-in-the-file');
        const back = await check(shown.text);
        expect(back.status).to.equal(200);
        if (where === 'a comment') {
          await put(`${shown.text}// more\n`, shown.revision);
          expect(stage.text).to.equal(`${text}// more\n`);
        }
      });
    }
  }

  it('does not mistake words of a comment for keys', async () => {
    const text = `${stage.configuration}// The key: default, and the token: careful\n`;
    await put(text);
    expect((await get()).text)
      .to.include('defaultChain: ')
      .and.include("'one/a-model'")
      .and.include('default: [');
  });

  it('restores masked keys when it saves the text (pitfall 36: a mask was saved as the key)', async () => {
    const { text, revision } = await get();
    const { status } = await put(text.replace('// the fast one', '// the quick one'), revision);
    expect(status).to.equal(200);
    expect(stage.text).to.equal(stage.configuration.replace('// the fast one', '// the quick one'));
    const stranger = await put(text.replace('lite…6789', 'lite…0000'));
    expect(codeOf(stranger)).to.equal('invalid_request');
  });

  it('checks a text without saving it, and reports every problem with its place, also of plugins', async () => {
    const { text } = await get();
    expect((await check(text)).body).to.deep.equal({ problems: [] });
    const wrong = text.replace("keep: '10d'", "kept: '10d'");
    const { problems } = (await check(wrong)).body;
    expect(problems.map(({ line, column }) => ({ line, column }))).to.deep.equal([
      { line: lineOf(wrong, 'plugins:'), column: columnOf(wrong, 'kept') },
    ]);
    expect(problems[0]?.message).to.include('keep');
    const several = (await check(text.replace("'one/a-model'", "'nine/a-model'").replace('5, per', '0, per'))).body;
    expect(several.problems).to.have.length(2);
    expect((await check('{ providers: ')).body.problems[0]?.message).to.match(/ends too early/);
    expect(codeOf(await check(undefined))).to.equal('invalid_request');
    expect(stage.text).to.equal(stage.configuration);
  });

  it('refuses an invalid text and keeps the file', async () => {
    const refused = await put('{ providers: ');
    expect({ status: refused.status, code: codeOf(refused) }).to.deep.equal({
      status: 422,
      code: 'invalid_configuration',
    });
    expect(stage.text).to.equal(stage.configuration);
  });

  it('refuses a change from an outdated revision', async () => {
    const { text, revision } = await get();
    expect((await put(`${text}// one\n`, revision)).status).to.equal(200);
    const late = await put(`${text}// two\n`, revision);
    expect({ status: late.status, code: codeOf(late) }).to.deep.equal({ status: 409, code: 'configuration_changed' });
  });

  it('shows the change to make by hand if the file cannot be written', async function () {
    if (!makeReadOnly(stage.admin.file)) this.skip();
    try {
      expect((await get()).writable).to.include({ ok: false });
      await refusesToWrite();
    } finally {
      makeWritable(stage.admin.file);
    }
  });

  const refusesToWrite = async (): Promise<void> => {
    const refused = await stage.call('PUT /default-chain', { name: 'careful' });
    expect({ status: refused.status, code: codeOf(refused) }).to.deep.equal({ status: 403, code: 'read_only' });
    const { change } = (refused.body as { error: { change: { added: string[] } } }).error;
    expect(change.added).to.deep.equal(["  defaultChain: 'careful', // said aloud"]);
    expect(stage.text).to.equal(stage.configuration);
  };

  it('edits a configuration in memory, and says that it ends with the process', async () => {
    const text = stage.configuration;
    const env = { CALLER_KEY: SECRETS.caller, ADMIN_KEY: SECRETS.admin };
    const demo = await Admin.start('{}', { store: memoryStore(text, { env, log: new MemoryLog() }) });
    try {
      const { body } = await demo.call<ConfigurationReply>('GET /configuration');
      expect(body.writable).to.deep.equal({ ok: true, kept: false });
      expect(body).not.to.have.property('file');
      expect((await demo.call('PUT /default-chain', { name: 'careful' })).status).to.equal(200);
      expect((await demo.call('POST /keys', { label: 'x' })).status).to.equal(200);
      expect((await demo.call<KeysReply>('GET /keys')).body.keys).to.have.length(2);
      expect(demo.app.runtime.settings.defaultChain).to.equal('careful');
    } finally {
      await demo.close();
    }
  });
});

const lineOf = (text: string, word: string): number => text.split('\n').findIndex((line) => line.includes(word)) + 1;

const columnOf = (text: string, word: string): number =>
  (text
    .split('\n')
    .find((line) => line.includes(word))
    ?.indexOf(word) ?? -1) + 1;
