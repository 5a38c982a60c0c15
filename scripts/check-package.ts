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
 * Packs 429chain as for publishing and tests the package: its size, its types, a project that installs it, and `npx`. Exits
 * with status 1 and a reason if something is wrong.
 */
/** Limits that need a review when exceeded, because of an unwanted file or a new indirect dependency. */
const LIMITS = { 'KB packed': 1_250, 'KB unpacked': 3_300, files: 1_000, 'packages installed': 90, 'MB installed': 25 };

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CONSUMER = join(ROOT, 'test', 'fixtures', 'consumer');
const QUIET = ['--no-audit', '--no-fund', '--prefer-offline'];

/** The files that are needed at run time: no sources, tests or source maps. */
const ALLOWED = [
  /^dist\/(src|plugins)\/.*(?<!\.test)\.(js|d\.ts)$/,
  /^dist\/admin-ui\/.*\.(html|js|css|svg)(\.br|\.gz)?$/,
  /^(schemas|templates|catalogue)\//,
  /^(429chain\.json5|package\.json|README\.md|LICENSE)$/,
];
/** A tarball from a registry, not from a repository or page that can disappear. */
const OF_A_REGISTRY = /^https?:\/\/[^/]+\/.*\/-\/[^/]+\.tgz$/;

const folder = mkdtempSync(join(tmpdir(), '429chain-package-'));
const project = join(folder, 'project');

const run = (command: string, args: readonly string[], cwd: string): string => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with status ${status}:\n${stdout}${stderr}`);
  return stdout;
};

/** A program in the repository's node_modules. */
const own = (program: string, args: readonly string[], cwd = ROOT): string =>
  run(join(ROOT, 'node_modules', '.bin', program), args, cwd);

const json = <T>(...path: string[]): T => JSON.parse(readFileSync(join(...path), 'utf8')) as T;

const pack = (): { tarball: string; size: number; unpackedSize: number; files: string[] } => {
  const output = run('npm', ['pack', '--json', '--silent', '--pack-destination', folder], ROOT);
  // The output of the build comes before it.
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

/** @returns the number of installed dependencies, and the size of everything in bytes */
const install = (tarball: string): { readonly count: number; readonly bytes: number } => {
  cpSync(CONSUMER, project, { recursive: true });
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  run('npm', ['install', ...QUIET, tarball], project);
  const modules = join(project, 'node_modules');
  const { packages } = json<{ packages: Record<string, Installed> }>(modules, '.package-lock.json');
  // For npm, packages that must be compiled have an install script.
  const building = Object.keys(packages).filter((name) => packages[name]?.hasInstallScript);
  if (building.length > 0) throw new Error(`Packages with install scripts: ${building.join(', ')}.`);
  // npm can be configured to omit the source of packages from a registry.
  const others = Object.entries(packages).filter(([name]) => name !== 'node_modules/429chain');
  const foreign = others
    .filter(([, { resolved }]) => resolved !== undefined && !OF_A_REGISTRY.test(resolved))
    .map(([name]) => name);
  if (foreign.length > 0) throw new Error(`Packages that are not from a registry: ${foreign.join(', ')}.`);
  const files = readdirSync(modules, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  const native = files.filter(({ name }) => name.endsWith('.node')).map(({ name }) => name);
  if (native.length > 0) throw new Error(`Packages for a single platform: ${native.join(', ')}.`);
  const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  return { count: others.length, bytes };
};

/** A file that imports every entry point of the package. */
const importEveryDoor = (): void => {
  const { exports } = json<{ exports: Record<string, unknown> }>(ROOT, 'package.json');
  const doors = Object.keys(exports).filter((door) => !door.endsWith('.json'));
  const lines = doors.map((door, index) => `import * as door${index} from '${door.replace('.', '429chain')}';\n`);
  const names = doors.map((_, index) => `door${index}`).join(', ');
  writeFileSync(join(project, 'doors.ts'), `${lines.join('')}export const doors: object[] = [${names}];\n`);
};

/** Type-checks the project with both module resolutions, including the package's types. */
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

/** Runs the tarball with `npx`: commands that print and exit, and the proxy with the compiled plugin until SIGTERM. */
const runWithNpx = async (tarball: string): Promise<void> => {
  copyFileSync(tarball, join(project, basename(tarball)));
  const npx = ['--yes', ...QUIET, `./${basename(tarball)}`];
  const { version } = json<{ version: string }>(ROOT, 'package.json');
  for (const [args, says] of [
    [[...npx, '--version'], version],
    // The one that is installed in the project: npx starts it without installing it again.
    [['429chain', '--help'], 'Usage: npx 429chain'],
  ] as const) {
    const printed = run('npx', args, project);
    if (!printed.includes(says)) throw new Error(`npx ${args.join(' ')} printed:\n${printed}`);
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
    if (!output.includes(part)) throw new Error(`npx ${args.join(' ')} did not print '${part}':\n${output}`);
  }
};

const check = async (): Promise<void> => {
  const { tarball, size, unpackedSize, files } = pack();
  const foreign = files.filter((file) => !ALLOWED.some((pattern) => pattern.test(file)));
  if (foreign.length > 0) throw new Error(`Files that are not needed at run time: ${foreign.join(', ')}.`);
  own('publint', ['run', '--strict', tarball]);
  // The package is ESM only. Node 20.19 can both require and import it.
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
    console.log(`${String(figure).padStart(6)} ${what}, limit ${limit}`);
    if (figure > limit) throw new Error(`${figure} ${what} exceed the limit of ${limit}.`);
  }
  importEveryDoor();
  compile();
  const answered = run(process.execPath, ['out/main.js'], project).trim();
  if (answered !== 'Hello from the consumer own/a-model') throw new Error(`The project printed: ${answered}`);
  await runWithNpx(tarball);
  console.log('publint, attw, a project with nodenext and bundler, createProxy and npx: no problems.');
};

try {
  await check();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
