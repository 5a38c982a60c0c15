import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { App } from '../../src/app.js';
import { memoryStore } from '../../src/config/source/store.js';
import { silentLog } from '../../src/log.js';
import { MemoryLog } from '../proxy.js';

/** The configuration with one provider, whose settings begin in line 3. */
const configured = (provider: string): string => `{
  server: { apiKeys: ['test-key-of-the-proxy'] },
  providers: { one: ${provider} },
  chains: { default: ['one/m'] },
}`;

describe('The address of a provider', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), '429chain-address-'));
  });

  after(() => rmSync(folder, { recursive: true }));

  const open = async (provider: string, env: Record<string, string> = {}): Promise<App> => {
    const setting = { env, log: silentLog, dataDir: join(folder, 'data') };
    return App.create({ store: memoryStore(configured(provider), setting), log: new MemoryLog() });
  };

  const GOOD: readonly [what: string, provider: string, address: string][] = [
    [
      'an option fills a name in braces',
      "{ type: 'cloudflare', apiKey: 'k', options: { accountId: 'abc-123' } }",
      'https://api.cloudflare.com/client/v4/accounts/abc-123/ai/v1',
    ],
    ['the first region is the default', "{ type: 'zai', apiKey: 'k' }", 'https://api.z.ai/api/paas/v4'],
    [
      'an option chooses the region',
      "{ type: 'zai', apiKey: 'k', options: { region: 'china' } }",
      'https://open.bigmodel.cn/api/paas/v4',
    ],
    [
      'the configuration has the last word',
      "{ type: 'cloudflare', apiKey: 'k', baseUrl: 'http://127.0.0.1:9/v1' }",
      'http://127.0.0.1:9/v1',
    ],
    [
      'a variable may hold the option',
      "{ type: 'cloudflare', apiKey: 'k', options: { accountId: '${ACCOUNT}' } }",
      'https://api.cloudflare.com/client/v4/accounts/from-env/ai/v1',
    ],
  ];
  for (const [what, provider, address] of GOOD) {
    it(`is complete: ${what}`, async () => {
      const app = await open(provider, { ACCOUNT: 'from-env' });
      expect(app.runtime.providers[0]?.baseUrl).to.equal(address);
      await app.close(0);
    });
  }

  const BROKEN: readonly [what: string, provider: string, column: number, says: string][] = [
    ['no option at all', "{ type: 'cloudflare', apiKey: 'k' }", 21, '`providers.one.options.accountId` is not set'],
    ['an empty option', "{ type: 'cloudflare', options: { accountId: '' } }", 65, 'accountId'],
    [
      'an option that would leave the address',
      "{ type: 'cloudflare', options: { accountId: '../x' } }",
      65,
      '`providers.one.options.accountId` may have only letters',
    ],
    ['an unknown region', "{ type: 'zai', options: { region: 'moon' } }", 55, 'region'],
    ['an unknown option', "{ type: 'zai', options: { regoin: 'china' } }", 47, 'regoin'],
  ];
  for (const [what, provider, column, says] of BROKEN) {
    it(`is a problem of the configuration, with its place: ${what}`, async () => {
      const error = await open(provider).then(
        () => 'it started',
        (cause: { problems: readonly { line: number; column: number; message: string }[] }) => cause.problems,
      );
      expect(error).to.be.an('array').with.length(1);
      const [problem] = error as { line: number; column: number; message: string }[];
      expect(problem?.message).to.contain(says);
      expect({ line: problem?.line, column: problem?.column }).to.deep.equal({ line: 3, column });
    });
  }
});
