import { expect } from 'chai';
import type { PluginsReply } from '../../../src/contract/admin-configuration.js';
import { Folder, type Running } from '../../cli/run.js';
import { answer, ScriptedUpstream } from '../../scripted-upstream.js';

const ADMIN_KEY = 'a-key-of-the-admin-4';
const CALLER_KEY = 'a-key-of-the-caller-5';

interface Fault {
  readonly what: string;
  /** The code of the module. `API` stands for what `apply` does with `api`. */
  readonly code?: string;
  readonly apply?: string;
  /** What the log says of it after `Plugin "…" failed in `. */
  readonly says: RegExp;
}

const tap = (code: string, hook = 'beforeAttempt'): string => `api.hooks.${hook}.tap('p', () => { ${code} });`;

/** Each row is a plugin. All of them run in one process. */
const FAULTS: readonly Fault[] = [
  {
    what: 'awaits no promise in a tap',
    apply: tap("fetch('http://127.0.0.1:1/');"),
    says: /^background work of beforeAttempt \(1 so far\): fetch failed: \S.* \(p\d+\.mjs:\d+:\d+\)/,
  },
  {
    what: 'throws in a timer of a tap',
    apply: tap("setTimeout(() => { throw new Error('late') });"),
    says: /^background work of beforeAttempt \(1 so far\): late \(p\d+\.mjs:\d+:\d+\)/,
  },
  {
    what: 'throws after an await',
    apply:
      "api.hooks.afterResponse.tap('p', async () => { await 1; setImmediate(async () => { throw new Error('far') }) });",
    says: /^background work of afterResponse \(1 so far\): far \(p\d+\.mjs:\d+:\d+\)/,
  },
  {
    what: 'throws in a microtask, where Node forgets what was running',
    apply: tap("queueMicrotask(() => { throw new Error('micro') });"),
    says: /^background work.* \(1 so far\): micro \(p\d+\.mjs:\d+:\d+\)/,
  },
  {
    what: 'emits an error that no listener takes',
    code: "import { EventEmitter } from 'node:events';",
    apply: tap("setImmediate(() => new EventEmitter().emit('error', new Error('emitted')));"),
    says: /^background work of beforeAttempt \(1 so far\): emitted \(/,
  },
  {
    what: 'throws what is no error',
    apply: tap("setTimeout(() => { throw 'a text' });"),
    says: /^background work of beforeAttempt \(1 so far\): a text \(p\d+\.mjs:\d+:\d+\)/,
  },
  {
    what: 'rejects with what has no text',
    apply: tap('Promise.reject(Object.create(null));'),
    says: /^background work of beforeAttempt \(1 so far\): it threw a value without a message \(/,
  },
  {
    what: 'throws what has no text in a tap',
    apply: tap('throw Object.create(null);'),
    says: /^beforeAttempt \(1 so far\): it threw a value without a message \(/,
  },
  {
    what: 'throws again and again in an interval',
    apply: "api.onReady(() => { setInterval(() => { throw new Error('again') }, 5) });",
    says: /^background work of onReady \(10 so far\): again \(/,
  },
  {
    what: 'throws in a timer of its import',
    code: "setTimeout(() => { throw new Error('from the import') }, 5);",
    says: /^background work of its import \(1 so far\): from the import \(/,
  },
  {
    what: 'awaits no promise in its import',
    code: "Promise.reject(new Error('not awaited'));",
    says: /^background work of its import \(1 so far\): not awaited \(/,
  },
  {
    what: 'awaits no promise in a route',
    apply: `api.addRoute({ method: 'GET', path: '/faulty', key: 'none', handle: () => {
      Promise.reject(new Error('on the road'));
      return 'arrived';
    } });`,
    says: /^background work of GET \/faulty \(1 so far\): on the road \(/,
  },
  {
    what: 'awaits no promise in a provider type',
    apply: `api.addProviderType('odd', { adapt: (request) => {
      Promise.reject(new Error('odd'));
      return request;
    } });`,
    says: /^background work of provider type odd \(1 so far\): odd \(/,
  },
  {
    what: 'calls process.exit in a tap',
    apply: tap('process.exit(3);'),
    says: /^beforeAttempt \(1 so far\): it called process\.exit\(3\)/,
  },
  {
    what: 'calls an imported exit in a timer',
    code: "import { exit } from 'node:process';",
    apply: tap('setTimeout(() => exit(), 1);'),
    says: /^beforeAttempt \(1 so far\): it called process\.exit\(\)/,
  },
  {
    what: 'calls process.abort',
    apply: tap('process.abort();'),
    says: /^beforeAttempt \(1 so far\): it called process\.abort\(\)/,
  },
  {
    what: 'kills its own process',
    apply: tap("process.kill(process.pid, 'SIGKILL');"),
    says: /^beforeAttempt \(1 so far\): it called process\.kill\(\d+, SIGKILL\)/,
  },
  {
    what: 'calls process.reallyExit, as process.exit does',
    apply: tap('process.reallyExit(3);'),
    says: /^beforeAttempt \(1 so far\): it called process\.reallyExit\(3\)/,
  },
  {
    what: 'calls process.exit in a microtask, without a call of its own in the stack',
    apply: tap('queueMicrotask(process.exit);'),
    says: /^beforeAttempt \(1 so far\): it called process\.exit\(\)/,
  },
  {
    what: 'ends the process when it sees an uncaught error',
    apply: "process.on('uncaughtException', () => process.exit(1));",
    says: /^background work \(1 so far\): it called process\.exit\(1\)/,
  },
  {
    what: 'takes all uncaught errors for itself',
    apply: tap('process.setUncaughtExceptionCaptureCallback(() => {});'),
    says: /^beforeAttempt \(1 so far\): it called process\.setUncaughtExceptionCaptureCallback\(a function\)/,
  },
  {
    what: "removes 429chain's listeners for uncaught errors",
    apply: tap(`for (const event of ['uncaughtException', 'unhandledRejection'])
      process.off(event, process.listeners(event)[0]);
      setTimeout(() => { throw new Error('alone') });`),
    says: /^background work of beforeAttempt \(1 so far\): alone \(p\d+\.mjs:\d+:\d+\)/,
  },
  {
    what: 'emits a signal',
    apply: tap("process.emit('SIGTERM');"),
    says: /^beforeAttempt \(1 so far\): it called process\.emit\('SIGTERM'\)/,
  },
  {
    what: 'throws null in a microtask',
    apply: tap('queueMicrotask(() => { throw null });'),
    says: /^background work of beforeAttempt \(1 so far\): null \(/,
  },
  {
    what: 'throws a proxy that throws',
    code: `const odd = new Proxy(new Error('x'), {
      get() { throw new Error('get') }, getPrototypeOf() { throw new Error('prototype') },
    });`,
    apply: tap('Promise.reject(odd); setTimeout(() => { throw odd }, 1); throw odd;'),
    says: /^(?:background work of )?beforeAttempt \(1 so far\): it threw a value without a message/,
  },
  {
    what: 'throws an error of megabytes, whose stack looks like calls',
    apply: tap(
      "const error = new Error('x'.repeat(4e6)); error.stack = '\\n    at ' + '('.repeat(1e6) + ' async '.repeat(1e5); throw error;",
    ),
    says: /^beforeAttempt \(1 so far\): x{2000}… \(/,
  },
  {
    what: 'blocks the event loop in a tap',
    apply: tap('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 260);', 'afterResponse'),
    says: /^afterResponse \(1 so far\): it blocked the event loop for \d+ ms \(p\d+\.mjs:\d+:\d+\)/,
  },
];

const HOLDS = `
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
setInterval(() => {}, 1000);
export default { name: 'holds', apply(api) {
  createServer().listen(0);
  api.onReady(() => void spawn('sleep', ['20']));
  process.on('SIGTERM', () => {});
} };`;

const moduleOf = ({ code = '', apply = '' }: Fault, name: string): string =>
  `${code}\nexport default { name: '${name}', apply(api) {\n${apply}\n} };\n`;

describe('A plugin', () => {
  let folder: Folder;
  let upstream: ScriptedUpstream;
  let running: Running;

  const configuration = (): object => ({
    server: { port: 0, apiKeys: [CALLER_KEY], adminKey: ADMIN_KEY },
    providers: { one: { type: 'odd', baseUrl: upstream.baseUrl } },
    chains: { default: ['one/a-model'] },
  });

  const ask = (): Promise<Response> =>
    fetch(`${running.address}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${CALLER_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] }),
    });

  before(async () => {
    folder = new Folder();
    upstream = (await ScriptedUpstream.start()).always(answer('hello'));
    const names = FAULTS.map((fault, index) => {
      folder.write(`p${index}.mjs`, moduleOf(fault, `p${index}`));
      return `./p${index}.mjs`;
    });
    folder.write('holds.mjs', HOLDS);
    folder.write('429chain.json5', configuration());
    running = await folder.start(['--plugins', [...names, './holds.mjs'].join()]);
    expect((await ask()).status).to.equal(200);
    expect(await (await fetch(`${running.address}/faulty`)).text()).to.equal('arrived');
  });

  after(async () => {
    folder.remove();
    await upstream.close();
  });

  FAULTS.forEach(({ what, says }, index) => {
    it(`that ${what} is named, and 429chain goes on`, async () => {
      const begin = `Plugin \\\\"p${index}\\\\" failed in `;
      await running.printed(new RegExp(`${begin}${says.source.replace('^', '')}`));
    });
  });

  it('that fails in the background is shown in the admin with a count, and requests are served', async () => {
    expect((await ask()).status).to.equal(200);
    const reply = await fetch(`${running.address}/admin/api/plugins`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    const { plugins } = (await reply.json()) as PluginsReply;
    for (const [index, { what, says }] of FAULTS.entries()) {
      const shown = plugins.find(({ name }) => name === `p${index}`);
      expect(shown?.errors, what).to.be.greaterThan(0);
      const { where, message } = shown?.lastError ?? { where: '', message: '' };
      expect(`${where} (1 so far): ${message}`, what).to.match(new RegExp(says.source.replace('10 so', '1 so')));
    }
  });

  it('that keeps a timer, a server or a child open does not keep SIGTERM from ending 429chain', async () => {
    const { status, stdout } = await running.end();
    expect(status).to.equal(0);
    expect(stdout).to.match(
      /ends although a plugin still holds the process: .*a timer \(.*plugin .*holds.* opened one in its import/,
    );
    expect(stdout).to.match(/a server \(plugin \\"holds\\" opened one in apply\)/);
    expect(stdout).to.match(/a child process \(plugin \\"holds\\" opened one in onReady\)/);
  });

  const COMMANDS: readonly (readonly [args: readonly string[], status: number, says: readonly RegExp[]])[] = [
    [
      ['check', '--offline', '--plugins', './holds.mjs,./rejects.mjs,./p12.mjs'],
      0,
      [
        /holds the process: .*a timer \(plugin "holds" opened one in its import/,
        /failed in .*: later \(rejects\.mjs:1:16\)/,
      ],
    ],
    [
      ['check', '--offline', '--plugins', './exits.mjs'],
      1,
      [/cannot be loaded: exits\.mjs:1:9: it called process\.exit\(0\)/],
    ],
    [
      ['start', '--plugins', './holds.mjs,./fails.mjs'],
      1,
      [/"fails" failed in apply: no/, /holds the process: .*a timer/],
    ],
  ];
  COMMANDS.forEach(([args, expected, says]) => {
    it(`does not hold or end: ${args.join(' ')}`, async () => {
      folder.write('fails.mjs', "export default { name: 'fails', apply() { throw new Error('no') } };");
      folder.write('exits.mjs', "process.exit(0); export default { name: 'exits', apply() {} };");
      folder.write(
        'rejects.mjs',
        "Promise.reject(new Error('later')); export default { name: 'rejects', apply() {} };",
      );
      const { status, stderr } = await folder.run(args);
      for (const text of says) expect(stderr).to.match(text);
      expect(status).to.equal(expected);
    });
  });
});

/** Runs in the process of 429chain, and belongs to no plugin. It waits until 429chain listens for such errors. */
const NO_PLUGIN = `
const timer = setInterval(() => {
  if (process.listenerCount('unhandledRejection') === 0) return;
  clearInterval(timer);
  Promise.reject(new Error("429chain's own"));
}, 5);`;

describe('A rejected promise that belongs to no plugin', () => {
  it('is logged with its stack, and 429chain goes on', async () => {
    const folder = new Folder();
    try {
      folder.write('preload.mjs', NO_PLUGIN);
      const running = await folder.start(['--demo', '--port', '0'], {
        NODE_OPTIONS: `--import=${folder.file('preload.mjs')}`,
      });
      await running.printed(
        /"level":"error".*429chain goes on after an error: Error: 429chain's own\\n +at .*preload\.mjs/,
      );
      expect((await fetch(`${running.address}/health`)).status).to.equal(200);
      expect((await running.end()).status).to.equal(0);
    } finally {
      folder.remove();
    }
  });
});
