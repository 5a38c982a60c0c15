import { cpSync, existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { listOf, suggest } from '../../config/wording.js';
import type { CommandLine } from '../options.js';
import { CommandError } from '../terminal/command-error.js';

const PACKAGE_FILE = createRequire(import.meta.url).resolve('429chain/package.json');
const TEMPLATES = join(dirname(PACKAGE_FILE), 'templates');
const KINDS = ['provider', 'parser', 'policy'];
/** The template that all kinds share. */
const SHARED = 'shared';
/** The name of the plugin in the templates. */
const PLACEHOLDER = 'my-plugin';
/** Files with another name in the templates: npm leaves a `.gitignore` out of packages, and Node would read the `package.json`. */
const RENAMED = { gitignore: '.gitignore', 'package.template.json': 'package.json' };
const USAGE = '429chain plugin new NAME [--kind provider|parser|policy]';

/** `plugin new NAME`: writes a folder with a plugin that is ready to be tested and published. */
export const plugin = async ({ words, options: { kind = 'provider' } }: CommandLine): Promise<void> => {
  const [action, name, ...more] = words;
  if (action !== 'new' || name === undefined || more.length > 0) throw new CommandError(`Usage: ${USAGE}`, 2);
  checkName(name);
  if (!KINDS.includes(kind)) {
    throw new CommandError(`--kind is '${kind}'. Expected ${listOf(KINDS, 'or')}.${suggest(kind, KINDS)}`, 2);
  }
  const folder = resolve(name);
  try {
    if (!isFree(folder))
      throw new CommandError(`${folder} already exists and is not an empty folder. Nothing was written.`);
    console.log(`Written\n${write(kind, folder, name)}\n${nextSteps(name)}`);
  } catch (cause) {
    const { code, path } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    throw new CommandError(`Cannot write ${path ?? folder} (${code}).`);
  }
};

/** Whether nothing exists at this path, or an empty folder. */
const isFree = (folder: string): boolean => {
  if (!existsSync(folder)) return true;
  return statSync(folder).isDirectory() && readdirSync(folder).length === 0;
};

/** @throws CommandError for a name that npm or a file system may reject, or that needs quotes */
const checkName = (name: string): void => {
  if (!/^[a-z0-9][a-z0-9-]{0,99}$/.test(name)) {
    throw new CommandError(
      `'${name}' is not a valid plugin name. Use lower-case letters, digits and dashes, such as my-provider.`,
      2,
    );
  }
  if (builtinModules.includes(name)) {
    throw new CommandError(`'${name}' is the name of a Node module. Choose another one.`, 2);
  }
};

/** Writes the plugin. @returns a line for each file */
const write = (kind: string, folder: string, name: string): string => {
  for (const template of [SHARED, kind]) cpSync(join(TEMPLATES, template), folder, { recursive: true });
  for (const [from, to] of Object.entries(RENAMED)) renameSync(join(folder, from), join(folder, to));
  const { version } = JSON.parse(readFileSync(PACKAGE_FILE, 'utf8')) as { version: string };
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
      .replaceAll(PLACEHOLDER, name)
      .replace('YEAR', `${new Date().getFullYear()}`);
    writeFileSync(file, text.replace('"429chain": "*"', `"429chain": ">=${version}"`));
  }
  return files.map((file) => `  ${name}${file.slice(folder.length)}`).join('\n');
};

const nextSteps = (name: string): string => `
Next
  cd ${name}
  npm install
  npm test       all tests pass
  npm start      runs 429chain with your plugin and simulated providers
Then adapt index.js to your needs.`;
