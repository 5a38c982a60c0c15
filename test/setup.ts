import { closeBrowser } from './admin-ui/chromium.js';
import { build } from './built.js';

/** Before the first test, once for all processes that run tests. */
export const mochaGlobalSetup = build;

export const mochaHooks = { afterAll: closeBrowser };
