import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A file imports from lower ranks or from its own folder. */
const RANKS: readonly (readonly [folder: string, rank: number])[] = [
  ['src/contract', 0],
  ['src/clock.ts', 0],
  ['src/log.ts', 0],
  ['src/package.ts', 0],
  ['src/secrets.ts', 0],
  ['src/freeze.ts', 0],
  ['src/text-file.ts', 0],
  ['src/replace-state-file.ts', 0],
  ['src/logging', 1],
  ['src/plugin', 1],
  ['src/catalogue', 2],
  ['src/config', 2],
  ['src/ledger', 2],
  ['src/host', 2],
  ['src/access', 3],
  ['src/workers', 3],
  ['src/routes.ts', 3],
  ['src/protocols', 3],
  ['src/engine', 3],
  ['src/inspection', 4],
  ['src/http', 4],
  ['src/admin', 4],
  ['src/runtime', 5],
  ['src/surface.ts', 6],
  ['src/app.ts', 7],
  ['src/index.ts', 8],
  ['src/demo', 8],
  ['src/testing', 8],
  ['src/cli', 9],
];

/** The files directly in a folder. All of its rooms may import them. */
const FOUNDATION = '*';

/** The rooms of a folder from top to bottom. A file imports from its own room and from the rooms below it. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  'src/plugin': ['index.ts', 'readers', 'door', FOUNDATION],
  'src/plugin/readers': [FOUNDATION, 'waits', 'errors', 'headers'],
  'src/config': ['source', 'check', 'edit', FOUNDATION],
  'src/host': ['process-guard.ts', 'event-loop.ts', 'host.ts', 'parts', 'loading', FOUNDATION, 'checks'],
  'src/ledger': ['shared', 'memory', 'learning', 'windows', FOUNDATION],
  'src/engine': [
    'waterfall.ts',
    'resuming-stream.ts',
    'ask-surface.ts',
    'drive.ts',
    'walk',
    'models',
    'attempt',
    'resume',
    'surfaces',
    'stream',
    FOUNDATION,
    'health',
    'rules',
  ],
  'src/engine/attempt': [FOUNDATION, 'request', 'conversation', 'failure', 'connection'],
  'src/http': ['server.ts', 'posts', 'multipart', FOUNDATION, 'uploads'],
  'src/engine/stream': ['relay', 'collected', 'sources', 'mended', FOUNDATION, 'frames'],
  'src/cli': [
    'main.ts',
    'help.ts',
    'command-table.ts',
    'commands',
    'connect',
    'setup',
    'start',
    'proxy',
    FOUNDATION,
    'terminal',
  ],
  'src/admin': ['handlers.ts', 'static.ts', 'resources', 'live', 'gate', FOUNDATION],
  'admin-ui/src': ['main.ts', 'shell', 'routes.ts', 'pages', 'components', 'styles', 'data', FOUNDATION],
  'admin-ui/src/components': [
    'palette',
    'welcome',
    'settings',
    'connect',
    'playground',
    'overview',
    'chains',
    'usage',
    'plugins',
    'requests',
    'catalogue',
    'providers',
    'saving',
    'forms',
    'dialogs',
    'lists',
    'common',
    FOUNDATION,
  ],
  'admin-ui/src/data': [
    'palette',
    'welcome.ts',
    'connect',
    'settings',
    'playground',
    'chains',
    'requests',
    'catalogue',
    'providers',
    'server',
    'browser',
    FOUNDATION,
  ],
};

const rankOf = (file: string): readonly [string, number] => {
  const found = RANKS.find(([folder]) => file === folder || file.startsWith(`${folder}/`));
  if (found === undefined) throw new Error(`${file} has no rank: give it one here.`);
  return found;
};

/** The place of a file among the rooms of `folder`: 0 is the top. */
const roomOf = (folder: string, file: string): number => {
  const rooms = ROOMS[folder] as readonly string[];
  const [first] = relative(folder, file).split('/') as [string];
  const found = rooms.indexOf(first);
  return found === -1 ? rooms.indexOf(FOUNDATION) : found;
};

const filesUnder = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));

/** The files of this repository that a file imports, including types. */
const importsOf = (file: string): string[] =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g)].map(([, specifier]) =>
    relative(ROOT, resolve(ROOT, dirname(file), specifier as string)).replace(/\.js$/, '.ts'),
  );

/** Every set of files that import each other, directly or through others (Tarjan's algorithm). */
const circlesAmong = (files: readonly string[]): string[][] => {
  const imports = new Map(files.map((file) => [file, importsOf(file)]));
  const circles: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const visit = (file: string): number => {
    const index = order.size;
    order.set(file, index);
    open.push(file);
    let low = index;
    for (const imported of imports.get(file) ?? []) {
      if (!imports.has(imported)) continue;
      if (!order.has(imported)) low = Math.min(low, visit(imported));
      else if (open.includes(imported)) low = Math.min(low, order.get(imported) as number);
    }
    lowest.set(file, low);
    if (low < index) return low;
    const circle = open.splice(open.indexOf(file));
    if (circle.length > 1) circles.push(circle.sort());
    return low;
  };
  for (const file of files) if (!order.has(file)) visit(file);
  return circles;
};

describe('The import rule', () => {
  it('allows imports only from lower ranks and the own folder', () => {
    const broken = filesUnder('src').flatMap((file) =>
      importsOf(file)
        .filter((imported) => !imported.startsWith('plugins/'))
        .filter((imported) => rankOf(imported)[0] !== rankOf(file)[0] && rankOf(imported)[1] >= rankOf(file)[1])
        .map((imported) => `${file} imports ${imported}`),
    );
    expect(broken).to.deep.equal([]);
  });

  for (const folder of Object.keys(ROOMS)) {
    it(`lets the rooms of ${folder} import downwards only`, () => {
      const broken = filesUnder(folder).flatMap((file) =>
        importsOf(file)
          .filter((imported) => imported.startsWith(`${folder}/`) && roomOf(folder, imported) < roomOf(folder, file))
          .map((imported) => `${file} imports ${imported}`),
      );
      expect(broken).to.deep.equal([]);
    });
  }

  it('allows no circles, not even of types', () => {
    expect(circlesAmong(['src', 'plugins', 'admin-ui/src'].flatMap(filesUnder))).to.deep.equal([]);
  });

  it('lets src/ reach plugins/ in one place', () => {
    const reaching = filesUnder('src').filter((file) =>
      importsOf(file).some((imported) => imported.startsWith('plugins/')),
    );
    expect(reaching).to.deep.equal(['src/runtime/build.ts']);
  });

  it('lets plugins use the public door and nothing else of ours', () => {
    const broken = filesUnder('plugins').flatMap((file) =>
      importsOf(file).filter((imported) => imported.startsWith('src/')),
    );
    expect(broken).to.deep.equal([]);
  });
});
