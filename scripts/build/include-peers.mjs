import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Moves the optional peer dependencies of `package.json` in the current folder to its dependencies, at the version that is
 * tested, so that `npm install --omit=dev` installs them.
 */
const FILE = 'package.json';
const manifest = JSON.parse(readFileSync(FILE, 'utf8'));
for (const name of Object.keys(manifest.peerDependencies)) {
  manifest.dependencies[name] = manifest.devDependencies[name];
  delete manifest.devDependencies[name];
}
writeFileSync(FILE, JSON.stringify(manifest));
