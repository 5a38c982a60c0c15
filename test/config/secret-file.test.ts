import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Environment, readEnvironment, resolveVariables } from '../../src/config/env.js';
import { memoryStore } from '../../src/config/source/store.js';
import { silentLog } from '../../src/log.js';
import { FILE, MINIMAL, problemsOf, settingsOf } from './configurations.js';

const KEY = 'a-key-in-a-file-1';
const WITH_KEY = { ...MINIMAL, providers: { groq: { type: 'groq', apiKey: '${GROQ_API_KEY}' } } };

describe('A variable from a NAME_FILE file', () => {
  let folder: string;
  let file: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), '429chain-secrets-'));
    file = join(folder, 'groq');
    writeFileSync(file, `\uFEFF${KEY}\r\n`);
    writeFileSync(join(folder, 'blank'), ' \n');
    mkdirSync(join(folder, 'folder'));
  });

  after(() => rmSync(folder, { recursive: true }));

  const keyIn = (env: Environment): string | undefined => settingsOf(WITH_KEY, env).providers[0]?.apiKey;

  it('is trimmed', () => {
    expect(keyIn({ GROQ_API_KEY_FILE: file })).to.equal(KEY);
  });

  it('is overridden by the variable itself', () => {
    expect(keyIn({ GROQ_API_KEY_FILE: file, GROQ_API_KEY: 'its-own' })).to.equal('its-own');
  });

  it('is read if the variable itself is empty', () => {
    expect(keyIn({ GROQ_API_KEY_FILE: file, GROQ_API_KEY: '' })).to.equal(KEY);
  });

  it('overrides .env', () => {
    const env = readEnvironment({ GROQ_API_KEY_FILE: file }, 'GROQ_API_KEY=from .env');
    expect(resolveVariables('${GROQ_API_KEY}', env).value).to.equal(KEY);
  });

  it('is unset if the file is blank', () => {
    const { unset } = resolveVariables('${GROQ_API_KEY}', { GROQ_API_KEY_FILE: join(folder, 'blank') });
    expect(unset).to.deep.equal([{ path: [], names: ['GROQ_API_KEY'] }]);
  });

  it('cannot be changed in .env, like any variable of the environment', async () => {
    const store = memoryStore(JSON.stringify(WITH_KEY), { env: { GROQ_API_KEY_FILE: file }, log: silentLog });
    expect(store.isFixed('GROQ_API_KEY')).to.equal(true);
    expect(store.isFixed('CEREBRAS_API_KEY')).to.equal(false);
    const saved = store.save({ secrets: { GROQ_API_KEY: 'another' } }, store.revision).then(
      () => 'saved',
      (error: Error) => error.message,
    );
    expect(await saved).to.match(/^GROQ_API_KEY is set in the environment of 429chain/);
  });

  for (const [name, why] of [
    ['absent', 'does not exist'],
    ['folder', 'is a folder'],
  ] as const) {
    it(`is a problem with its position if the file ${why}`, () => {
      const secret = join(folder, name);
      const [problem, ...others] = problemsOf(WITH_KEY, { GROQ_API_KEY_FILE: secret });
      expect(others).to.deep.equal([]);
      expect(problem).to.include({ file: FILE, line: 1 });
      expect(problem?.message).to.contain(`reads GROQ_API_KEY from the file ${secret}, which ${why}.`);
    });
  }
});
