import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Runs npm, which uses its cache before the network. @returns its output */
const npm = (args: readonly string[], cwd: string): string =>
  execFileSync('npm', [...args, '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });

/** Installs 429chain as it is published, and what the tests of a plugin need, into `node_modules` of `folder`. */
export const installPacked = (folder: string): void => {
  const packed = npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], ROOT);
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  npm(['install', '--no-save', '--ignore-scripts', join(folder, filename), '@types/node@20.19.43'], folder);
};
