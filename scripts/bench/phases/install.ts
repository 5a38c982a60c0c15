import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../relays/programs.js';
import type { Phase } from './phase.js';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>>;
}

const MB = 2 ** 20;

/** Bytes of a package without the packages in it. */
const bytesOf = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true }).reduce((total, entry) => {
    if (entry.name === 'node_modules') return total;
    const path = join(folder, entry.name);
    return total + (entry.isDirectory() ? bytesOf(path) : statSync(path).size);
  }, 0);

/** What `npm install 429chain` brings. `npm run check:package` installs it really. */
export const install: Phase = {
  name: 'install',
  needsProc: false,
  run: async () => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
    const needed = Object.entries(packages).filter(
      ([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true,
    );
    const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const [{ unpackedSize }] = JSON.parse(stdout) as [{ unpackedSize: number }];
    const bytes = needed.reduce((total, [path]) => total + bytesOf(join(ROOT, path)), unpackedSize);
    return [{ noisy: false, lanes: { '429chain': { packages: needed.length + 1, installedMb: bytes / MB } } }];
  },
};
