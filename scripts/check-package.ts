import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Packs 429chain as it would be published and uses the package as a stranger does: its size, its types, a project that
 * installs it, and `npx`. Status 1, with what is wrong, where something is.
 */
/** More than these, and somebody should have a look: a file that does not belong inside, or a dependency of a dependency. */
const LIMITS = { 'KB unpacked': 1_700, files: 500, 'packages installed': 170 };

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CONSUMER = join(ROOT, 'test', 'fixtures', 'consumer');
const QUIET = ['--no-audit', '--no-fund', '--prefer-offline'];

/** What is needed at run time, and nothing else. */
const ALLOWED = /^(dist\/|schemas\/|429chain\.json5$|package\.json$|README\.md$|LICENSE$)/;

const folder = mkdtempSync(join(tmpdir(), '429chain-package-'));
const project = join(folder, 'project');

const run = (command: string, args: readonly string[], cwd: string): string => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with status ${status}:\n${stdout}${stderr}`);
  return stdout;
};

/** A program of the repository's own node_modules. */
const own = (program: string, args: readonly string[], cwd = ROOT): string =>
  run(join(ROOT, 'node_modules', '.bin', program), args, cwd);

const json = <T>(...path: string[]): T => JSON.parse(readFileSync(join(...path), 'utf8')) as T;

const pack = (): { tarball: string; unpackedSize: number; files: string[] } => {
  const output = run('npm', ['pack', '--json', '--silent', '--pack-destination', folder], ROOT);
  // What a build prints stands before it.
  const parsed = JSON.parse(output.slice(output.indexOf('[')));
  const [{ filename, unpackedSize, files }] = parsed as [
    { filename: string; unpackedSize: number; files: { path: string }[] },
  ];
  return { tarball: join(folder, filename), unpackedSize, files: files.map(({ path }) => path) };
};

/** @returns how many packages came with it, itself left out */
const install = (tarball: string): number => {
  cpSync(CONSUMER, project, { recursive: true });
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  run('npm', ['install', ...QUIET, tarball], project);
  const { packages } = json<{ packages: Record<string, { hasInstallScript?: boolean }> }>(
    project,
    'node_modules/.package-lock.json',
  );
  const building = Object.keys(packages).filter((name) => packages[name]?.hasInstallScript);
  if (building.length > 0) throw new Error(`These run scripts when they are installed: ${building.join(', ')}.`);
  return Object.keys(packages).length - 1;
};

/** Type-checks the project as both kinds of projects do, with the package's own types included. */
const compile = (): void => {
  const common = {
    target: 'ES2023',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    typeRoots: [join(ROOT, 'node_modules', '@types')],
    types: ['node'],
    rootDir: '.',
    outDir: 'out',
  };
  for (const resolution of [
    { module: 'ESNext', moduleResolution: 'bundler' },
    { module: 'NodeNext', moduleResolution: 'nodenext' },
  ]) {
    const tsconfig = { compilerOptions: { ...common, ...resolution }, include: ['*.ts'] };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(tsconfig));
    own('tsc', ['-p', '.'], project);
  }
};

/** `npx` with the tarball, a demo and the plugin that was compiled, until it listens; then SIGTERM. */
const runWithNpx = async (tarball: string): Promise<void> => {
  copyFileSync(tarball, join(project, basename(tarball)));
  const args = [
    '--yes',
    ...QUIET,
    `./${basename(tarball)}`,
    '--demo',
    '--port',
    '0',
    '--plugins',
    './out/my-plugin.js',
  ];
  const child = spawn('npx', args, { cwd: project, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  const listening = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (output.includes('listens on')) resolve();
      });
    }
  });
  const closed = once(child, 'close');
  await Promise.race([listening, closed]);
  if (child.exitCode === null) process.kill(-(child.pid as number), 'SIGTERM');
  await closed;
  for (const part of ['my-plugin is here', 'listens on']) {
    if (!output.includes(part)) throw new Error(`npx ${args.join(' ')} never said '${part}':\n${output}`);
  }
};

const check = async (): Promise<void> => {
  const { tarball, unpackedSize, files } = pack();
  const foreign = files.filter((file) => !ALLOWED.test(file));
  if (foreign.length > 0) throw new Error(`Not needed at run time: ${foreign.join(', ')}.`);
  own('publint', ['run', '--strict', tarball]);
  // It is ESM alone, which Node 20.19 requires and imports.
  own('attw', ['--profile', 'esm-only', tarball]);
  const figures = {
    'KB unpacked': Math.round(unpackedSize / 1_000),
    files: files.length,
    'packages installed': install(tarball),
  };
  for (const [what, limit] of Object.entries(LIMITS)) {
    const figure = figures[what as keyof typeof LIMITS];
    console.log(`${String(figure).padStart(6)} ${what}, of at most ${limit}`);
    if (figure > limit) throw new Error(`${figure} ${what} are more than ${limit}.`);
  }
  compile();
  const answered = run(process.execPath, ['out/main.js'], project).trim();
  if (answered !== 'Hello from the consumer own/a-model') throw new Error(`The project printed: ${answered}`);
  await runWithNpx(tarball);
  console.log('publint, attw, a project with nodenext and bundler, createProxy and npx are content.');
};

try {
  await check();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
