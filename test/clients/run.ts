/** Tries every client with the proxy. `npm run clients -- NAME` tries those whose title contains NAME. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { API_KEY, startProxy } from '../proxy.js';
import { ModelServer } from './model-server.js';
import { CASES, type Case, type Program, type Way } from './program.js';
import { PROGRAMS } from './programs.js';
import { compatibilityPage, type Result } from './table.js';

/** Where the clients are installed: they are no dependencies of the package. */
const INSTALLED = fileURLToPath(new URL('../../.clients', import.meta.url));
const PAGE = fileURLToPath(new URL('../../docs/compatibility.md', import.meta.url));

const install = (packages: readonly string[]): void => {
  mkdirSync(INSTALLED, { recursive: true });
  const manifest = join(INSTALLED, 'package.json');
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true }');
  // Without the settings that this run itself got from npm.
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--legacy-peer-deps', ...packages], {
    cwd: INSTALLED,
    env,
    stdio: 'inherit',
  });
};

const require = createRequire(join(INSTALLED, 'package.json'));

const versionOf = (spec: string): string => {
  // `name@version`, or `folder@npm:name@version`.
  const folder = spec.replace(/(?<=.)@(?:npm:.*|[^/]*)$/, '');
  const { name, version } = JSON.parse(readFileSync(join(INSTALLED, 'node_modules', folder, 'package.json'), 'utf8'));
  return `${name} ${version}`;
};

const main = async (): Promise<void> => {
  const [wanted] = process.argv.slice(2);
  const chosen = PROGRAMS.filter(
    ({ title }) => wanted === undefined || title.toLowerCase().includes(wanted.toLowerCase()),
  );
  install([...new Set(chosen.flatMap(({ packages }) => packages))]);
  const [model, breaking] = [await ModelServer.start(), await ModelServer.start(true)];
  const proxy = await startProxy({
    providers: {
      good: { type: 'openai-compatible', baseUrl: model.baseUrl },
      broken: { type: 'openai-compatible', baseUrl: breaking.baseUrl },
    },
    chains: { default: ['good/a-model'], breaking: ['broken/a-model', 'good/a-model'] },
    defaultChain: 'default',
    plugins: ['ollama'],
  });
  const way: Way = {
    address: proxy.address,
    key: API_KEY,
    chain: 'default',
    breaking: 'breaking',
    load: (name) => import(pathToFileURL(require.resolve(name)).href),
    command: (name) => join(INSTALLED, 'node_modules', '.bin', name),
    folder: () => mkdtempSync(join(tmpdir(), '429chain-client-')),
    left: () => model.left,
  };
  const results: Result[] = [];
  for (const program of chosen)
    results.push({
      program,
      version: versionOf(program.packages[0] ?? ''),
      outcomes: await tried(program, way, proxy.app),
    });
  await proxy.close();
  await Promise.all([model.close(), breaking.close()]);
  if (wanted === undefined) writeFileSync(PAGE, compatibilityPage(results, new Date()));
  const failed = results
    .flatMap(({ outcomes }) => Object.values(outcomes))
    .filter((outcome) => outcome !== 'works').length;
  console.log(failed === 0 ? 'Everything works.' : `${failed} failed.`);
  process.exit(failed === 0 ? 0 : 1);
};

/** Each case begins with targets that are available. */
const tried = async (
  program: Program,
  way: Way,
  { runtime }: Awaited<ReturnType<typeof startProxy>>['app'],
): Promise<Result['outcomes']> => {
  const outcomes: Partial<Record<Case, string>> = {};
  for (const name of CASES) {
    const act = program.cases[name];
    if (act === undefined) continue;
    for (const target of runtime.chains.all.flatMap(({ targets }) => targets)) runtime.lift(target);
    outcomes[name] = await act(way).then(
      () => 'works',
      (error: Error) => error.message.slice(0, 2_000),
    );
    console.log(
      `${outcomes[name] === 'works' ? '✓' : '✗'} ${program.title}: ${name}${outcomes[name] === 'works' ? '' : `\n    ${outcomes[name]}`}`,
    );
  }
  return outcomes;
};

await main();
