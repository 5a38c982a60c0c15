import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

const manifest = require('429chain/package.json') as { version: string; engines: { node: string } };

export const { version } = manifest;

/** The oldest supported Node version, such as `20.19`. */
export const minimumNode = manifest.engines.node.replace('>=', '');

/** The path of a file in the package. Resolved through the package name, because built files are one folder deeper. */
export const packageFile = (...path: string[]): string =>
  join(dirname(require.resolve('429chain/package.json')), ...path);
