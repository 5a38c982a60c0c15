import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PROGRAMS = join(ROOT, 'node_modules', '.cache', '429chain-bench');

/** The built command `429chain`. */
export const MAIN = join(ROOT, 'dist', 'src', 'cli', 'main.js');

/** A compiled program of `programs/`. */
export const programOf = (name: string): string => join(PROGRAMS, `${name}.js`);

/** Compiles `programs/`: Node runs them as it runs 429chain, without tsx. @throws Error if 429chain is not built */
export const compilePrograms = (): void => {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} does not exist. Run \`npm run build\` first.`);
  const compiler = join(ROOT, 'node_modules', '.bin', 'tsc');
  const project = fileURLToPath(new URL('../programs/tsconfig.json', import.meta.url));
  const { status, stdout } = spawnSync(compiler, ['-p', project], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`scripts/bench/programs cannot be compiled:\n${stdout}`);
  writeFileSync(join(PROGRAMS, 'package.json'), '{"type":"module"}\n');
};
