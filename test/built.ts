import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The file that is built from a file of `src`, such as `cli/main.js`. It starts three times as fast as the source. */
export const built = (file: string): string => fileURLToPath(new URL(`../dist/src/${file}`, import.meta.url));

/** The built command `429chain`, as users run it. */
export const MAIN = built('cli/main.js');

/** The built admin page, as it is published. */
export const ADMIN_UI = fileURLToPath(new URL('../dist/admin-ui', import.meta.url));

/** Builds both from the current sources. @throws Error with the output of the compiler */
export const build = (): void => {
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The sources cannot be built:\n${stdout}${stderr}`);
};
