import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--no-zygote'];

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** `CHROME_PATH`, else one that is installed, else the one that npm brought. */
const findChromium = async (): Promise<string> => {
  const named = process.env.CHROME_PATH;
  if (named !== undefined) return named;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const installed = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (installed !== undefined) return installed;
  // Makes it bring the libraries that a slim system lacks. Read when it is imported.
  process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs20.x';
  const { default: bundled } = await import('@sparticuz/chromium');
  return bundled.executablePath();
};

let browser: Promise<Browser> | undefined;

/** One browser for all tests; each of them has a context of its own. */
export const theBrowser = (): Promise<Browser> => {
  browser ??= findChromium().then((executablePath) => chromium.launch({ executablePath, args: ARGUMENTS }));
  return browser;
};

export const closeBrowser = async (): Promise<void> => {
  await (await browser)?.close();
  browser = undefined;
};

// Once, behind the last test; pictures are taken without mocha.
if ('after' in globalThis) after(closeBrowser);
