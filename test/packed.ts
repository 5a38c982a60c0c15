import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import './built.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Runs npm without asking anything of the network that its cache has. @returns what it printed */
export const npm = (args: readonly string[], cwd: string): string =>
  execFileSync('npm', [...args, '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });

/** 429chain as a package, as it would be published: made of what is built already, in `folder`. @returns its file */
export const packInto = (folder: string): string => {
  const [packed] = JSON.parse(npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], ROOT)) as {
    filename: string;
  }[];
  return join(folder, packed?.filename ?? '');
};

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), '429chain-packed-'));
