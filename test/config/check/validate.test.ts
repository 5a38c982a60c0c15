import { expect } from 'chai';
import { parseSettings } from '../../../src/config/source/load.js';
import { MINIMAL, problemsOf, settingsOf } from '../configurations.js';

const TARGETS = ['groq/openai/gpt-oss-120b'];

describe('A literal ${', () => {
  it('is neither a target nor a duration', () => {
    const problems = problemsOf({ ...MINIMAL, chains: { default: { targets: ['$${x}'], maxWait: '$${x}' } } });
    expect(problems.map(({ message }) => message.split(',')[0])).to.deep.equal([
      "`chains.default.targets[0]` is '$${x}'. Expected a target",
      "`chains.default.maxWait` is '$${x}'. Expected a duration",
    ]);
  });
});

describe('A misspelled key', () => {
  it('is one problem, whatever its value is', () => {
    const problems = problemsOf({ ...MINIMAL, providers: { groq: { type: 'groq', apikey: '${ABSENT}' } } });
    expect(problems.map(({ message }) => message)).to.deep.equal([
      '`providers.groq` has the unknown key `apikey`. Did you mean `apiKey`?',
    ]);
  });
});

describe('The address of the server', () => {
  const HOSTS: readonly [host: string, isOwn: boolean][] = [
    ['127.0.0.1', true],
    ['127.8.9.10', true],
    ['localhost', true],
    ['::1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['192.168.1.4', false],
    ['127.example.org', false],
  ];
  for (const [host, isOwn] of HOSTS) {
    it(`${isOwn ? 'needs no keys' : 'needs keys'} for ${host}`, () => {
      const result = parseSettings(JSON.stringify({ ...MINIMAL, server: { host } }), { env: {} });
      expect(result.ok).to.equal(isOwn);
      expect(settingsOf({ ...MINIMAL, server: { host, apiKeys: ['k'] } }).server.host).to.equal(host);
    });
  }
});

describe('The value of a variable', () => {
  const secret = 'sk-never-shown';
  const MISUSES: readonly object[] = [
    { ...MINIMAL, defaultChain: '${SECRET}' },
    { ...MINIMAL, chains: { default: ['${SECRET}/m', '${SECRET}/m'] } },
    { ...MINIMAL, chains: { default: [{ provider: '${SECRET}', model: 'm' }] } },
    { ...MINIMAL, chains: { default: { targets: TARGETS, maxWait: '${SECRET}', onModeration: '${SECRET}' } } },
    { ...MINIMAL, providers: { groq: { type: 'groq', baseUrl: '${SECRET}', enabled: '${SECRET}' } } },
    { ...MINIMAL, providers: { groq: { type: 'groq', headers: { a: 'x\n${SECRET}' } } } },
    { ...MINIMAL, server: { host: '${SECRET}', port: '${SECRET}' } },
    { ...MINIMAL, server: { apiKeys: ['${SECRET}'], adminKey: '${SECRET}' } },
    { ...MINIMAL, server: { apiKeys: '${SECRET}' } },
    { ...MINIMAL, plugins: [{ use: 'x', options: '${SECRET}' }] },
  ];
  for (const configuration of MISUSES) {
    it(`is not shown in the problems of ${JSON.stringify(configuration).slice(-80)}`, () => {
      const problems = problemsOf(configuration, { SECRET: secret });
      expect(JSON.stringify(problems)).not.to.include(secret);
    });
  }
});
