import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import JSON5 from 'json5';
import sinon from 'sinon';
import { readCommandLine } from '../../src/cli/options.js';
import { formatProblems, parseSettings } from '../../src/config/source/load.js';
import { MAIN } from '../built.js';
import { StoreInSchema } from '../plugins/postgres-logger/store-in-schema.js';
import { hasPostgres } from '../postgres.js';
import { HELLO, type RunningProxy, startProxy } from '../proxy.js';
import { answer, reply, ScriptedUpstream } from '../scripted-upstream.js';
import { type Block, blocksIn, PAGES, proseOf, ROOT } from './pages.js';
import { configurationAt, Shell } from './shell/shell.js';

/** Blocks that a test of their own runs: page and language, and the test. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'docs/admin-api.md sh': 'admin-api.test.ts',
  'docs/library.md js': 'library.test.ts',
  'docs/plugins.md js': 'plugins.test.ts',
  'docs/monitoring.md promql': 'monitoring.test.ts',
  'docs/scale.md promql': 'monitoring.test.ts',
  'docs/reference/plugin.md ts': 'reference.test.ts',
  'docs/tutorial.md js': 'tutorial.test.ts',
  'docs/tutorial.md sh': 'tutorial.test.ts',
};

/** Blocks that nothing here can run, by their language. */
const NOT_RUN: Readonly<Record<string, string>> = {
  caddyfile: 'a piece of the configuration of Caddy, which is not there',
  nginx: 'a piece of the configuration of nginx, which is not there',
  yaml: 'a piece of the configuration of Prometheus or Compose, which are not there',
  ini: 'a unit of systemd, which is not there',
};

/** How a line of a shell begins. A block without a language is something that is shown, and holds none. */
const COMMAND = /^(?:\$ |(?:npm|npx|node|curl|docker|git|ssh|sudo) |429chain [a-z-])/m;

const read = (page: string): string => readFileSync(`${ROOT}${page}`, 'utf8');

const hasPython = (...args: string[]): boolean => spawnSync('python3', args).status === 0;

describe('every block of README and docs', () => {
  // Whole processes start here, on machines that may have others to run.
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy;
  let configuration: string;
  let shell: Shell | undefined;
  const folder = mkdtempSync(join(tmpdir(), '429chain-pages-'));

  before(async () => {
    writeFileSync(`${folder}/started`, '\n');
    upstream = await ScriptedUpstream.start();
    const models = ['openai/gpt-oss-120b', 'openai/gpt-oss-20b', 'gpt-oss-120b', 'google/gemma-4-31b-it:free'];
    upstream.always((res, request) =>
      (request.path.endsWith('/models') ? reply(200, { data: models.map((id) => ({ id })) }) : answer('Water.'))(
        res,
        request,
      ),
    );
    const withKeys = configurationAt(upstream.baseUrl, 0).replaceAll(/'\$\{\w+_API_KEY\}'/g, "'a-key'");
    proxy = await startProxy(JSON5.parse(withKeys));
    configuration = configurationAt(upstream.baseUrl, Number(new URL(proxy.address).port));
  });

  after(async () => {
    await proxy.close();
    await upstream.close();
    rmSync(folder, { recursive: true });
  });

  afterEach(() => {
    shell?.remove();
    shell = undefined;
  });

  const open = (bare = false): Shell => {
    shell = new Shell(proxy.address, configuration, bare, `${folder}/started`);
    return shell;
  };

  /** Language → what shows that such a block is right. */
  const KINDS: Readonly<Record<string, (block: Block, context: Mocha.Context) => unknown>> = {
    json5: ({ text }) => {
      const env = Object.fromEntries([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => [name, name]));
      const result = parseSettings(text, { file: '429chain.json5', env });
      if (!result.ok) expect.fail(formatProblems(result.problems));
    },
    json: ({ text }) => JSON.parse(text),
    sh: async ({ text }) => {
      const { adapted, run } = bound(open(/\b429chain init\b/.test(text)));
      await run('sh', ['-euc', adapted(text)]);
    },
    js: async (block) => {
      if (block.text.includes('export default')) return tryPlugin(block);
      const before = upstream.received.length;
      const { adapted, run, write } = bound(open());
      expect(await run(process.execPath, [write('program.mjs', adapted(block.text))])).to.be.a('string');
      expect(upstream.received.length - before, 'requests that came to the provider').to.equal(1);
    },
    python: async ({ text }, context) => {
      if (!hasPython('--version')) return context.skip();
      const { adapted, run, write } = bound(open());
      const file = write('program.py', adapted(text));
      if (hasPython('-c', 'import openai')) expect(await run('python3', [file])).to.contain('Water.');
      else await run('python3', ['-m', 'py_compile', file]);
    },
    sql: async ({ text }, context) => {
      if (!hasPostgres) return context.skip();
      const logged = await StoreInSchema.open();
      try {
        await logged.store.flush();
        expect(await logged.query(text.replaceAll('chain429', '%'))).to.deep.equal([]);
      } finally {
        await logged.remove();
      }
    },
    '': ({ text }) => expect(text, 'a block without a language').not.to.match(COMMAND),
    text: ({ text }) => expect(text, 'a block of text').not.to.match(COMMAND),
  };

  /** A plugin in a folder of its own takes a request and fails at nothing. */
  const tryPlugin = async ({ text }: Block): Promise<void> => {
    const { write, path } = bound(open());
    mkdirSync(`${path}/plugin`);
    write('plugin/index.mjs', text);
    const configured = { providers: { one: { type: 'openai-compatible', baseUrl: upstream.baseUrl } } };
    const running = await startProxy(
      { ...configured, chains: { default: ['one/a-model'] } },
      { plugins: [`${path}/plugin`] },
    );
    const said = sinon.stub(console, 'log');
    try {
      const response = await running.post({ messages: HELLO });
      expect(`${response.status} ${await response.text()}`).to.match(/^200 .*Water/);
      expect(running.app.runtime.host.faults).to.deep.equal([]);
    } finally {
      await running.close();
      said.restore();
    }
  };

  for (const page of PAGES) {
    for (const block of blocksIn(page, read(page))) {
      const { place, language } = block;
      // A feed goes on, and is tried here.
      const elsewhere = ELSEWHERE[`${page} ${language}`] !== undefined && !block.text.includes('curl -N');
      if (elsewhere || NOT_RUN[language] !== undefined) continue;
      it(`works: ${place}`, async function () {
        const kind = KINDS[language];
        if (kind === undefined) expect.fail(`Nobody tries blocks of "${language}": add a kind, or say why not.`);
        await kind(block, this);
      });
    }
  }

  it('that another test runs is there, and so is that test', () => {
    for (const [key, file] of Object.entries(ELSEWHERE)) {
      const [page = '', language = ''] = key.split(' ');
      const blocks = blocksIn(page, read(page)).filter((block) => block.language === language);
      expect(blocks, key).not.to.deep.equal([]);
      expect(existsSync(`${ROOT}test/docs/${file}`), file).to.equal(true);
    }
  });

  it('that cannot be run here is of a language that some page uses', () => {
    const used = new Set(PAGES.flatMap((page) => blocksIn(page, read(page))).map(({ language }) => language));
    // yaml and ini belong to deployment.
    expect(Object.keys(NOT_RUN).filter((language) => !used.has(language) && language !== 'ini')).to.deep.equal([]);
  });

  it('and every command within a sentence names what there is', () => {
    const help = execFileSync(process.execPath, [MAIN, '--help'], { encoding: 'utf8' });
    const commands = [...(/Commands\n([\s\S]*?)\n\n/.exec(help)?.[1] ?? '').matchAll(/^ {2}(\S+)/gm)].map(
      ([, name]) => name,
    );
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const faults: string[] = [];
    for (const page of PAGES) {
      for (const [, code = ''] of proseOf(read(page)).matchAll(/`((?:npx )?429chain [^`\n]+|npm [^`\n]+)`/g)) {
        const fault = faultIn(code, commands as string[], scripts);
        if (fault !== undefined) faults.push(`${page}: \`${code}\` ${fault}`);
      }
    }
    expect(faults).to.deep.equal([]);
  });
});

/** The methods of a shell, to be taken apart. */
const bound = (shell: Shell) => ({
  path: shell.path,
  run: shell.run.bind(shell),
  write: shell.write.bind(shell),
  adapted: shell.adapted.bind(shell),
});

/** What is wrong with a command. `<…>` and `…` stand for what the reader puts there. */
const faultIn = (
  code: string,
  commands: readonly string[],
  scripts: Readonly<Record<string, string>>,
): string | undefined => {
  const words = code.replaceAll(/"[^"]*"|<[^>]*>/g, 'word').split(/ +/);
  if (words[0] === 'npm') {
    const script = words[1] === 'run' ? words[2] : words[1];
    const builtIn = ['ci', 'install', 'pack', 'publish', 'view', 'login', 'audit', 'sbom'].includes(script ?? '');
    return builtIn || Object.hasOwn(scripts, script ?? '') ? undefined : `there is no script "${script}"`;
  }
  try {
    const { command } = readCommandLine(words.slice(words.indexOf('429chain') + 1));
    return command === 'word' || commands.includes(command) ? undefined : `there is no command "${command}"`;
  } catch (error) {
    return (error as Error).message;
  }
};
