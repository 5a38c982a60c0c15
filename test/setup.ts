import { closeBrowser, findChromium } from './admin-ui/chromium.js';
import { build } from './built.js';

/** Runs once, before the test processes start. */
export const mochaGlobalSetup = async (): Promise<void> => {
  build();
  // Without a browser, only the tests that need one fail.
  await findChromium().catch(() => {});
};

export const mochaHooks = { afterAll: closeBrowser };
