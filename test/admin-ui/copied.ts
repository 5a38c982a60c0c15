import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';

const run = promisify(execFile);

/** The text on the clipboard. */
export const clipboard = (page: Page): Promise<string> => page.evaluate<string>('navigator.clipboard.readText()');

/** Allows the page to write to the clipboard and the test to read it. */
export const allowCopying = (page: Page): Promise<void> =>
  page.context().grantPermissions(['clipboard-read', 'clipboard-write']);

/** Runs a copied program with the real SDK. @returns what it printed */
export const runProgram = async (text: string, env: NodeJS.ProcessEnv = {}): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), '429chain-snippet-'));
  try {
    symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(folder, 'node_modules'));
    const file = join(folder, 'hello.mjs');
    writeFileSync(file, text);
    return (await run(process.execPath, [file], { env: { PATH: process.env.PATH, ...env } })).stdout.trim();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Runs a copied command line in a shell. @returns what it printed */
export const runShell = async (text: string, env: NodeJS.ProcessEnv = {}): Promise<string> =>
  (await run('sh', ['-c', text], { env: { PATH: process.env.PATH, ...env } })).stdout;
