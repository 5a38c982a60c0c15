import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Packs 429chain as it would be published and uses the package as a stranger does: its size, its types, a project that
 * installs it, and `npx`. Status 1, with what is wrong, where something is.
 */
/** More than these, and somebody should have a look: a file that does not belong inside, or a dependency of a dependency. */
const LIMITS = { 'KB packed': 800, 'KB unpacked': 1_800, files: 550, 'packages installed': 170, 'MB installed': 28 };

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CONSUMER = join(ROOT, 'test', 'fixtures', 'consumer');
const QUIET = ['--no-audit', '--no-fund', '--prefer-offline'];

/** What is needed at run time, and nothing else: no source, no test, no map that nobody reads. */
const ALLOWED = [
  /^dist\/(src|plugins)\/.*(?<!\.test)\.(js|d\.ts)$/,
  /^dist\/admin-ui\/.*\.(html|js|css|svg)(\.br|\.gz)?$/,
  /^(schemas|templates)\//,
  /^(429chain\.json5|package\.json|README\.md|LICENSE)$/,
];
/** A tarball of a registry, and no repository or page that may be gone tomorrow. */
const OF_A_REGISTRY = /^https?:\/\/[^/]+\/.*\/-\/[^/]+\.tgz$/;

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

const pack = (): { tarball: string; size: number; unpackedSize: number; files: string[] } => {
  const output = run('npm', ['pack', '--json', '--silent', '--pack-destination', folder], ROOT);
  // What a build prints stands before it.
  const parsed = JSON.parse(output.slice(output.indexOf('[')));
  const [{ filename, size, unpackedSize, files }] = parsed as [
    { filename: string; size: number; unpackedSize: number; files: { path: string }[] },
  ];
  return { tarball: join(folder, filename), size, unpackedSize, files: files.map(({ path }) => path) };
};

interface Installed {
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

/** @returns how many packages came with it, itself left out, and how many bytes all of them are */
const install = (tarball: string): { readonly count: number; readonly bytes: number } => {
  cpSync(CONSUMER, project, { recursive: true });
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  run('npm', ['install', ...QUIET, tarball], project);
  const modules = join(project, 'node_modules');
  const { packages } = json<{ packages: Record<string, Installed> }>(modules, '.package-lock.json');
  // npm counts a package that is to be compiled among those with a script.
  const building = Object.keys(packages).filter((name) => packages[name]?.hasInstallScript);
  if (building.length > 0) throw new Error(`These run scripts when they are installed: ${building.join(', ')}.`);
  // npm may have been told to leave out where a registry's packages come from, and of those alone.
  const others = Object.entries(packages).filter(([name]) => name !== 'node_modules/429chain');
  const foreign = others
    .filter(([, { resolved }]) => resolved !== undefined && !OF_A_REGISTRY.test(resolved))
    .map(([name]) => name);
  if (foreign.length > 0) throw new Error(`These come from no registry: ${foreign.join(', ')}.`);
  const files = readdirSync(modules, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  const native = files.filter(({ name }) => name.endsWith('.node')).map(({ name }) => name);
  if (native.length > 0) throw new Error(`These are made for one kind of machine: ${native.join(', ')}.`);
  const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  return { count: others.length, bytes };
};

/** A file that imports every door of the package, so that none is forgotten. */
const importEveryDoor = (): void => {
  const { exports } = json<{ exports: Record<string, unknown> }>(ROOT, 'package.json');
  const doors = Object.keys(exports).filter((door) => !door.endsWith('.json'));
  const lines = doors.map((door, index) => `import * as door${index} from '${door.replace('.', '429chain')}';\n`);
  const names = doors.map((_, index) => `door${index}`).join(', ');
  writeFileSync(join(project, 'doors.ts'), `${lines.join('')}export const doors: object[] = [${names}];\n`);
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

/** `npx` with the tarball: what prints and ends, and the proxy with the plugin that was compiled, ended by SIGTERM. */
const runWithNpx = async (tarball: string): Promise<void> => {
  copyFileSync(tarball, join(project, basename(tarball)));
  const npx = ['--yes', ...QUIET, `./${basename(tarball)}`];
  const { version } = json<{ version: string }>(ROOT, 'package.json');
  for (const [option, says] of [
    ['--version', version],
    ['--help', 'Usage: 429chain'],
  ] as const) {
    const printed = run('npx', [...npx, option], project);
    if (!printed.includes(says)) throw new Error(`npx … ${option} printed:\n${printed}`);
  }
  mkdirSync(join(project, 'my-plugin'));
  copyFileSync(join(project, 'out', 'my-plugin.js'), join(project, 'my-plugin', 'index.js'));
  const args = [...npx, '--demo', '--port', '0', '--plugins', './my-plugin'];
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
  const { tarball, size, unpackedSize, files } = pack();
  const foreign = files.filter((file) => !ALLOWED.some((pattern) => pattern.test(file)));
  if (foreign.length > 0) throw new Error(`Not needed at run time: ${foreign.join(', ')}.`);
  own('publint', ['run', '--strict', tarball]);
  // It is ESM alone, which Node 20.19 requires and imports.
  own('attw', ['--profile', 'esm-only', tarball]);
  const { count, bytes } = install(tarball);
  const figures = {
    'KB packed': Math.round(size / 1_000),
    'KB unpacked': Math.round(unpackedSize / 1_000),
    files: files.length,
    'packages installed': count,
    'MB installed': Math.round(bytes / 1_000_000),
  };
  for (const [what, limit] of Object.entries(LIMITS)) {
    const figure = figures[what as keyof typeof LIMITS];
    console.log(`${String(figure).padStart(6)} ${what}, of at most ${limit}`);
    if (figure > limit) throw new Error(`${figure} ${what} are more than ${limit}.`);
  }
  importEveryDoor();
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
