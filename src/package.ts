import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

const manifest = require('429chain/package.json') as { version: string; engines: { node: string } };

export const { version } = manifest;

/** The oldest Node that will do, such as `20.19`. */
export const neededNode = manifest.engines.node.replace('>=', '');

/** A file of the package, found through the package itself: this one lies a folder deeper once it is built. */
export const packageFile = (...path: string[]): string =>
  join(dirname(require.resolve('429chain/package.json')), ...path);
