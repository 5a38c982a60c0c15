import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A file imports from lower ranks or from its own folder. Never sideways, never up. */
const RANKS: readonly (readonly [folder: string, rank: number])[] = [
  ['src/contract', 0],
  ['src/clock.ts', 0],
  ['src/log.ts', 0],
  ['src/secrets.ts', 0],
  ['src/logging', 1],
  ['src/plugin', 1],
  ['src/config', 2],
  ['src/ledger', 2],
  ['src/host', 2],
  ['src/engine', 3],
  ['src/http', 4],
  ['src/admin', 4],
  ['src/api-key.ts', 4],
  ['src/check-settings.ts', 4],
  ['src/prepare.ts', 4],
  ['src/runtime.ts', 5],
  ['src/app.ts', 6],
  ['src/demo', 7],
  ['src/testing', 7],
  ['src/cli', 8],
];

const roomOf = (file: string): readonly [string, number] => {
  const room = RANKS.find(([folder]) => file === folder || file.startsWith(`${folder}/`));
  if (room === undefined) throw new Error(`${file} has no rank: give it one here.`);
  return room;
};

const filesUnder = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));

const importsOf = (file: string): string[] =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(
    ([, specifier]) => specifier as string,
  );

const ours = (file: string): string[] =>
  importsOf(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => relative(ROOT, resolve(ROOT, dirname(file), specifier)).replace(/\.js$/, '.ts'));

describe('The import rule', () => {
  it('holds in src/: from lower ranks or the own folder', () => {
    const broken = filesUnder('src').flatMap((file) =>
      ours(file)
        .filter((imported) => !imported.startsWith('plugins/'))
        .filter((imported) => roomOf(imported)[0] !== roomOf(file)[0] && roomOf(imported)[1] >= roomOf(file)[1])
        .map((imported) => `${file} imports ${imported}`),
    );
    expect(broken).to.deep.equal([]);
  });

  it('lets src/ reach plugins/ in one place', () => {
    const reaching = filesUnder('src').filter((file) => ours(file).some((imported) => imported.startsWith('plugins/')));
    expect(reaching).to.deep.equal(['src/runtime.ts']);
  });

  it('lets plugins use the public door and nothing else of ours', () => {
    const broken = filesUnder('plugins').flatMap((file) =>
      ours(file).filter((imported) => imported.startsWith('src/')),
    );
    expect(broken).to.deep.equal([]);
  });
});
