import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

export const { version } = require('429chain/package.json') as { version: string };

/** A file of the package, found through the package itself: this one lies a folder deeper once it is built. */
export const packageFile = (...path: string[]): string =>
  join(dirname(require.resolve('429chain/package.json')), ...path);
