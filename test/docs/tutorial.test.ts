import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import type { PluginsReply, ProviderTypeView } from '../../src/contract/admin-configuration.js';
import { installPacked } from '../packed.js';
import { blocksOf, ROOT } from './pages.js';

const NAME = 'acme-provider';
const COMPILER = join(ROOT, 'node_modules/typescript/bin/tsc');

/** The blocks of the page in one language. */
const textsOf = (language: string): string[] => blocksOf('tutorial.md', language).map(({ text }) => text.trim());

// One after another, as a reader does: each goes on from what the one before has left.
describe('docs/tutorial.md', function () {
  this.timeout(120_000);
  const [make = '', start = '', test = '', use = '', publish = ''] = textsOf('sh');
  const [itsTest = '', itsCode = ''] = textsOf('js');
  let home: string;
  let folder: string;
  let running: Running | undefined;

  before(() => {
    home = mkdtempSync(join(tmpdir(), '429chain-tutorial-'));
    folder = join(home, NAME);
    // What npx finds on npm for others.
    installPacked(home);
  });

  after(async () => {
    await running?.end();
    rmSync(home, { recursive: true, force: true });
  });

  it('makes a plugin whose test is green at once, and whose types are right', () => {
    const [first = '', ...rest] = make.split('\n');
    expect(sh(first, home)).to.contain(`${NAME}/index.js`);
    // 429chain is installed already, where for others npm fetches it.
    cpSync(join(home, 'node_modules'), join(folder, 'node_modules'), { recursive: true, verbatimSymlinks: true });
    expect(sh(rest.join('\n'), home)).to.match(/^(?:#|ℹ) fail 0$/m);
    expect(typeErrorsOf(folder)).to.equal('');
  });

  it('shows it in the admin, with the form of its options', async () => {
    running = await Running.start(start, folder);
    const { plugins } = await running.admin<PluginsReply>('/plugins');
    const found = plugins.find(({ name }) => name === NAME);
    expect(found?.optionsSchema).to.have.nested.property('properties.baseUrl');
    expect(await running.titleOf(NAME)).to.equal(NAME);
  });

  it('tests what its provider tells in headers, and says what is wrong as the page does', () => {
    writeFileSync(join(folder, 'test/index.test.js'), itsTest);
    const red = sh(`${test} || true`, folder);
    for (const line of textsOf('text').join().split('\n')) expect(red).to.contain(line.trim());
  });

  it('reads them, and is green again, with types that are right', () => {
    writeFileSync(join(folder, 'index.js'), itsCode);
    expect(sh(test, folder)).to.match(/^(?:#|ℹ) fail 0$/m);
    expect(typeErrorsOf(folder)).to.equal('');
  });

  it('is read anew by the 429chain that runs', async () => {
    // Until the test's own time is over.
    while ((await running?.titleOf(NAME)) !== 'Acme') await pause(20);
  });

  it('is used in a configuration', () => {
    writeFileSync(join(home, '429chain.json5'), textsOf('json5').join());
    expect(sh(use, folder)).to.contain('429chain.json5 is valid').and.to.contain('1 of 1 target can be used');
  });

  it('can be published', () => {
    const published = sh(`${publish} 2>&1`, home);
    expect(published).to.contain(`+ ${NAME}@0.1.0`);
    expect(filesIn(published)).to.have.members(['LICENSE', 'README.md', 'index.js', 'package.json']);
  });

  for (const kind of ['parser', 'policy']) {
    it(`makes another kind in the same way, tested, typed and ready to be published: ${kind}`, () => {
      sh(`npx 429chain plugin new my-${kind} --kind ${kind}`, home);
      const other = join(home, `my-${kind}`);
      symlinkSync(join(home, 'node_modules'), join(other, 'node_modules'));
      expect(sh('npm test', other)).to.match(/^(?:#|ℹ) fail 0$/m);
      expect(typeErrorsOf(other)).to.equal('');
      expect(filesIn(sh('npm publish --dry-run 2>&1', other))).to.have.length(4);
    });
  }
});

/** What `npm publish` would take along. */
const filesIn = (published: string): (string | undefined)[] =>
  [...published.matchAll(/^npm notice [\d.]+k?B (\S+)$/gm)].map(([, file]) => file);

/** Of the environment what a person has; nothing of the tests' own. */
const env = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  npm_config_prefer_offline: 'true',
  npm_config_audit: 'false',
};

/** @returns what it printed */
const sh = (command: string, cwd: string): string =>
  execFileSync('sh', ['-ec', command], { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** What an editor would underline in a folder that `plugin new` wrote; empty where nothing is wrong. */
const typeErrorsOf = (folder: string): string =>
  spawnSync(process.execPath, [COMPILER, '--noEmit', '-p', join(folder, 'jsconfig.json')], { encoding: 'utf8' }).stdout;

/** `npm start` that goes on, on a free port. */
class Running {
  readonly #child: ChildProcess;
  readonly #folder: string;
  #output = '';

  static async start(command: string, folder: string): Promise<Running> {
    const child = spawn('sh', ['-c', `exec ${command} -- --port 0`], { cwd: folder, env, detached: true });
    const running = new Running(child, folder);
    await running.printed(/listens on/);
    return running;
  }

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
  }

  async printed(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#output)) {
      if (this.#child.exitCode !== null) expect.fail(`It never printed ${pattern}:\n${this.#output}`);
      await Promise.race([once(this.#child.stdout as never, 'data'), once(this.#child, 'exit')]);
    }
  }

  async admin<T>(path: string): Promise<T> {
    const [, address] = /(http:\/\/127[\d.:]+)/.exec(this.#output) ?? [];
    const key = readFileSync(join(this.#folder, '.429chain/demo/admin-key'), 'utf8').trim();
    const response = await fetch(`${address}/admin/api${path}`, { headers: { authorization: `Bearer ${key}` } });
    return (await response.json()) as T;
  }

  /** What the admin calls a provider type. */
  async titleOf(type: string): Promise<string | undefined> {
    const types = await this.admin<ProviderTypeView[]>('/provider-types');
    return types.find((each) => each.type === type)?.title;
  }

  /** With npm, which started it. */
  async end(): Promise<void> {
    const closed = once(this.#child, 'close');
    process.kill(-(this.#child.pid ?? 0), 'SIGTERM');
    await closed;
  }
}
