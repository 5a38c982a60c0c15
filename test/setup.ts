import { closeBrowser, findChromium } from './admin-ui/chromium.js';
import { build } from './built.js';

/** Runs once, before the test processes start. */
export const mochaGlobalSetup = async (): Promise<void> => {
  build();
  // Without a browser, only the tests that need one fail.
  await findChromium().catch(() => {});
};

/** A worker runs many files: they share its browser, which ends with the worker. */
const isWorker = process.env.MOCHA_WORKER_ID !== undefined;

export const mochaHooks = { afterAll: () => (isWorker ? undefined : closeBrowser()) };
