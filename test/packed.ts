import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Runs npm, which asks the network only for what its cache has not. @returns what it printed */
export const npm = (args: readonly string[], cwd: string): string =>
  execFileSync('npm', [...args, '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });

let folder: string | undefined;

/**
 * A `node_modules` with 429chain as it would be published, and what a plugin's tests need. It is installed once for all
 * who ask, which takes some seconds, and removed with this process.
 */
export const installed = (): string => {
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), '429chain-packed-'));
    const made = folder;
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    const packed = npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], ROOT);
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    npm(['install', '--no-save', '--ignore-scripts', join(folder, filename), '@types/node@20.19.43'], folder);
  }
  return join(folder, 'node_modules');
};
