import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMPILER = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

/** What an editor would underline in a folder that `429chain plugin new` wrote; empty where nothing is wrong. */
export const typeErrorsOf = (folder: string): string =>
  spawnSync(process.execPath, [COMPILER, '--noEmit', '-p', join(folder, 'jsconfig.json')], { encoding: 'utf8' }).stdout;
