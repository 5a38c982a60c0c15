import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { wordsOf } from '../checks/words.js';
import { placeOf, shortPath } from '../plugin-files.js';
import { jsonFaultIn } from './json-fault.js';
import { modulesFrom, placeOfSpecifier } from './module-sources.js';

interface LoadError {
  readonly code?: unknown;
  readonly stack?: unknown;
}

/** What went wrong, and where: `file:line:column`. */
interface LoadFault {
  readonly at?: string | undefined;
  readonly message: string;
}

const run = promisify(execFile);

/** Checking the syntax of one file takes about 40 ms. */
const CHECK_MS = 5_000;

/** Why the module `entry` cannot be imported, such as `my-plugin/index.js:3:8: Cannot find package "x". Run …`. */
export const loadFault = async (cause: unknown, entry: string): Promise<string> => {
  const { at, message } = await faultOf(cause, entry);
  return at === undefined ? message : `${at}: ${message}`;
};

const faultOf = async (cause: unknown, entry: string): Promise<LoadFault> => {
  const words = wordsOf(cause);
  const { code } = Object(cause) as LoadError;
  return (
    unreadableTypeScript(cause, words) ??
    missingModule(words, entry) ??
    missingAttribute(words, code, entry) ??
    brokenJson(cause) ??
    (await syntaxFault(cause, words, entry)) ?? {
      at: placeOf(cause)?.at ?? placeOfNamedModule(words, entry),
      message: words + adviceFor(words),
    }
  );
};

const unreadableTypeScript = (cause: unknown, words: string): LoadFault | undefined => {
  const { code } = Object(cause) as LoadError;
  if (code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING')
    return { message: `${words}. Node runs no TypeScript below node_modules: publish the plugin as JavaScript.` };
  const [, file] = /^Unknown file extension "\.[cm]?tsx?" for (.*)$/.exec(words) ?? [];
  if (file === undefined) return undefined;
  return {
    at: shortPath(file),
    message: `Node ${process.versions.node} cannot run TypeScript. Use Node 22.18 or later, or compile the plugin to JavaScript.`,
  };
};

const NOT_FOUND = /^(?:Cannot find (package|module)|(Directory import)) '([^']+)'(?:.*? imported from (\S.*))?/;

const missingModule = (words: string, entry: string): LoadFault | undefined => {
  const [, kind, directory, name = '', named] = NOT_FOUND.exec(words) ?? [];
  if (kind === undefined && directory === undefined) return undefined;
  const importer = named === undefined ? requirerIn(words) : pathIn(named);
  const from = importer ?? entry;
  const target = pathIn(name);
  const isPath = /^(?:\.|\/|[A-Za-z]:[\\/]|file:)/.test(name);
  const isIt = (specifier: string): boolean =>
    isPath ? specifier === name || resolve(dirname(from), specifier) === target : isIn(specifier, name);
  const place = existsSync(from) ? placeOfSpecifier(readFileSync(from, 'utf8'), isIt) : undefined;
  const at = place === undefined ? shortPath(from) : `${shortPath(from)}:${place}`;
  if (directory !== undefined) return { at, message: `Node imports files, not folders: ${shortPath(target)}.` };
  return { at, message: isPath ? missingFile(target) : missingPackage(name, from) };
};

const isIn = (specifier: string, name: string): boolean => specifier === name || specifier.startsWith(`${name}/`);

/** Where a module is imported that the message names, such as `node:nothing`. */
const placeOfNamedModule = (words: string, entry: string): string | undefined => {
  for (const { file, text } of modulesFrom(entry)) {
    const place = placeOfSpecifier(text, (specifier) => words.includes(specifier) || isExportOf(words, specifier));
    if (place !== undefined) return `${shortPath(file)}:${place}`;
  }
  return undefined;
};

/** `Package subpath './x' is not defined by "exports" in …`. */
const isExportOf = (words: string, specifier: string): boolean => {
  const [, subpath = ''] = /^Package subpath '\.(\/[^']+)' is not defined/.exec(words) ?? [];
  return subpath !== '' && specifier.endsWith(subpath);
};

const missingPackage = (name: string, importer: string): string => {
  const bare = name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] ?? name);
  if (builtinModules.includes(bare)) return `Node has no module "${name}".`;
  return `The package "${bare}" is not installed. Run \`npm install ${bare}\` in ${folderOf(importer)}.`;
};

/** The folder with the package.json of a file, or its own folder. */
const folderOf = (file: string): string => {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(resolve(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) return dirname(file);
  }
};

const missingFile = (path: string): string => {
  const found = ['.js', '.mjs', '.cjs', '.ts', '/index.js'].find((ending) => existsSync(path + ending));
  const hint = found === undefined ? '' : ` Node needs the whole name: ${shortPath(path + found)}.`;
  return `There is no file ${shortPath(path)}.${hint}`;
};

const requirerIn = (words: string): string | undefined => /Require stack:\n- (.+)/.exec(words)?.[1];

const pathIn = (name: string): string => {
  const [plain = name] = name.split('?');
  return plain.startsWith('file:') ? fileURLToPath(plain) : plain;
};

/** `import data from './data.json'` without `with { type: 'json' }`. */
const missingAttribute = (words: string, code: unknown, entry: string): LoadFault | undefined => {
  if (!/^ERR_IMPORT_A(?:TTRIBUTE|SSERTION_TYPE)_MISSING$/.test(String(code))) return undefined;
  const [, name = ''] = /^Module "([^"]+)"/.exec(words) ?? [];
  const target = pathIn(name);
  for (const { file, text } of modulesFrom(entry)) {
    const place = placeOfSpecifier(text, (specifier) => resolve(dirname(file), specifier) === target);
    if (place !== undefined)
      return { at: `${shortPath(file)}:${place}`, message: "Importing JSON needs `with { type: 'json' }`." };
  }
  return { message: words };
};

/** A JSON file that a module imports or requires. Node begins the message with its path. */
const brokenJson = (cause: unknown): LoadFault | undefined => {
  if (!(cause instanceof SyntaxError)) return undefined;
  const [, file = ''] = /^(\S.*?\.json): /.exec(cause.message) ?? [];
  if (!existsSync(file)) return undefined;
  const fault = jsonFaultIn(readFileSync(file, 'utf8'));
  return fault && { at: `${shortPath(file)}:${fault.line}:${fault.column}`, message: `not JSON: ${fault.message}` };
};

/** An error of the parser. Node shows the place in the stack, or not at all: then the modules are checked one by one. */
const syntaxFault = async (cause: unknown, words: string, entry: string): Promise<LoadFault | undefined> => {
  // Text that the plugin itself parsed has a place in the stack, and its message is left out.
  if (!(cause instanceof SyntaxError) || cause.message !== words) return undefined;
  const at = placeInExcerpt(String(cause.stack)) ?? (await placeOfSyntaxError(entry, words)) ?? placeOf(cause)?.at;
  return { at, message: words + adviceFor(words) };
};

/** Reads `file:3`, the line itself and a line with `^` below it. */
const EXCERPT = /^(file:\/\/[^\n]+?|\/[^\n]+?|[A-Za-z]:[\\/][^\n]+?):(\d+)\n([^\n]*)\n([ \t]*)\^/m;

const placeInExcerpt = (text: string): string | undefined => {
  const [, file, line, , indent = ''] = EXCERPT.exec(text) ?? [];
  return file === undefined ? undefined : `${shortPath(pathIn(file))}:${line}:${indent.length + 1}`;
};

const placeOfSyntaxError = async (entry: string, words: string): Promise<string | undefined> => {
  for (const { file } of modulesFrom(entry)) {
    if (!/\.[cm]?js$/.test(file)) continue;
    try {
      await run(process.execPath, ['--check', file], { timeout: CHECK_MS });
    } catch (failed) {
      const { stderr = '' } = failed as { stderr?: string };
      if (stderr.includes(words)) return placeInExcerpt(stderr);
    }
  }
  return undefined;
};

/** What to do about usual mistakes, by the words of Node. */
const ADVICE: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [
    /^Cannot use import statement outside a module|^Unexpected token 'export'/,
    'Name the file .mjs, or write `"type": "module"` into its package.json.',
  ],
  [
    /^(?:require|module|exports|__dirname|__filename) is not defined/,
    'This file is an ES module: use `import` and `export default`, or name it .cjs.',
  ],
  [
    /is not supported in strip-only mode/,
    'Node only strips types. Write plain code instead, or compile the plugin to JavaScript.',
  ],
];

const adviceFor = (words: string): string => {
  const [, advice] = ADVICE.find(([pattern]) => pattern.test(words)) ?? [];
  return advice === undefined ? '' : `. ${advice}`;
};
