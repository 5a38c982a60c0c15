import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Browser } from 'playwright-core';

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

/** The headless browser from npm. It needs about half of the resources of a full browser. */
const bundled = async (): Promise<string> => {
  // Read at import: makes the package install libraries that a slim system lacks.
  process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs20.x';
  const { default: chromium } = await import('@sparticuz/chromium');
  return chromium.executablePath();
};

/** @throws Error if none is installed */
const installed = (): string => {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const file = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (file === undefined) throw new Error(`No browser found. Set CHROME_PATH, or install one of ${NAMES.join(', ')}.`);
  return file;
};

/**
 * Finds the browser for the tests: `CHROME_PATH`, else the one that npm brings for Linux, else an installed one. The one
 * from npm unpacks itself on its first use, so call this once before test processes start: two that unpack at the same
 * time start a half-written file.
 */
export const findChromium = async (): Promise<string> => {
  const { env, platform, arch } = process;
  if (env.CHROME_PATH !== undefined) return env.CHROME_PATH;
  return platform === 'linux' && arch === 'x64' ? bundled() : installed();
};

let browser: Promise<Browser> | undefined;

/** One browser for the tests of a process. Each test has its own context. */
export const theBrowser = (): Promise<Browser> => {
  // Chromium sometimes crashes as it starts on a loaded machine. Without a second try, all tests of the process would fail.
  browser ??= launched().catch(launched);
  return browser;
};

const launched = async (): Promise<Browser> => {
  // Loaded on demand, since loading it is slow.
  const { chromium } = await import('playwright-core');
  return chromium.launch({ executablePath: await findChromium(), args: ARGUMENTS });
};

export const closeBrowser = async (): Promise<void> => {
  await (await browser)?.close();
  browser = undefined;
};
