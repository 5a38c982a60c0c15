import { expect } from 'chai';
import redisLedger from '../../../plugins/redis-ledger/index.js';
import { type Options, settingsOf } from '../../../plugins/redis-ledger/settings.js';
import { startProxy } from '../../proxy.js';

const says = (options: Options): string => {
  try {
    return settingsOf(options).name;
  } catch (error) {
    return (error as Error).message;
  }
};

describe('The options of redis-ledger', () => {
  const names: readonly (readonly [options: Options, name: string])[] = [
    [{ url: 'redis://10.0.0.5' }, 'redis://10.0.0.5:6379'],
    [{ url: 'redis://me:secret@10.0.0.5:7000/2' }, 'redis://10.0.0.5:7000'],
    [{ url: 'rediss://:secret@redis.example.com' }, 'rediss://redis.example.com:6379'],
    [{ url: 'redis://[::1]:6379' }, 'redis://[::1]:6379'],
    [{ url: '/run/redis/redis.sock' }, '/run/redis/redis.sock'],
    [{ url: 'redis://me:secret@node-1', cluster: true }, 'redis://node-1:6379 (cluster)'],
    [{ url: 'redis://me:secret@chain', sentinels: ['redis://:secret@s1'] }, 'redis://chain (Sentinel)'],
  ];
  for (const [options, name] of names) {
    it(`name the place without a login: ${name}`, () => {
      expect(says(options)).to.equal(name);
    });
  }

  const refused: readonly (readonly [options: Options, message: RegExp])[] = [
    [{ url: 'redis://me:s3cret@host:port' }, /^"url" has an invalid address\. It must look like redis:/],
    [{ url: 'redis://me:s3cret%@host' }, /^"url" has a user or password with a "%" that is not a code/],
    [{ url: 'redis://me:s3cret@host/team' }, /^"url" has a path that is not the number of a database/],
    [{ url: 'redis://me:s3cret@host/1', cluster: true }, /a cluster has only the database 0/],
    [{ url: 'redis://host', cluster: true, sentinels: ['redis://s'] }, /^Use either "cluster" or "sentinels"/],
    [
      { url: 'redis://chain', sentinels: ['redis://:s3cret@'] },
      /^"sentinels" has an (invalid address|address without a host)/,
    ],
    [{ url: '/run/redis.sock', cluster: true }, /^"url" is a socket\. With "cluster", it must be an address/],
    [{ url: '/run/redis.sock', sentinels: ['redis://s'] }, /^"url" is a socket\. With "sentinels"/],
    [{ url: 'redis://host', tls: { ca: 'ca.pem' } }, /^"tls" has no effect/],
    [{ url: 'rediss://host', tls: { cert: 'cert.pem' } }, /^"tls" needs both "cert" and "key"/],
  ];
  for (const [options, message] of refused) {
    it(`are refused with a reason and without the password: ${message.source}`, () => {
      expect(says(options)).to.match(message).and.not.to.contain('s3cret');
    });
  }

  it('are described, each of them', () => {
    const { properties } = redisLedger.optionsSchema as { properties: Record<string, { description?: string }> };
    for (const [name, { description }] of Object.entries(properties)) expect(description, name).to.match(/\.$/);
  });

  const invalid: readonly (readonly [options: object, problem: RegExp])[] = [
    [{}, /url/],
    [{ url: 'http://10.0.0.5' }, /url/],
    [{ url: 'redis://10.0.0.5', timeout: 'soon' }, /timeout/],
    [{ url: 'redis://10.0.0.5', prefix: '{x}' }, /prefix/],
    [{ url: 'redis://10.0.0.5', host: 'x' }, /host/],
  ];
  for (const [options, problem] of invalid) {
    it(`are checked with the configuration: ${JSON.stringify(options)}`, async () => {
      const configuration = {
        providers: { groq: { type: 'groq', apiKey: 'x' } },
        chains: { default: ['groq/a-model'] },
        plugins: [{ use: 'redis-ledger', options }],
      };
      const started = startProxy(configuration).then(
        async (proxy) => {
          await proxy.close();
          return 'it started';
        },
        ({ message }: Error) => message,
      );
      expect(await started).to.match(problem);
    });
  }
});
