import { isAbsolute, relative } from 'node:path';
import type { Locator, Path } from '../locate.js';
import type { Problem, Settings } from '../settings.js';
import type { Finding } from '../wording.js';
import { validatorFor } from './schema.js';
import { explain } from './schema-findings.js';

/** What problems name as their file when the configuration was never one. */
const NO_FILE = 'configuration';

/** Findings as problems, in the order of the file. */
export const problemsOf = (findings: readonly Finding[], file: string | undefined, locator: Locator): Problem[] =>
  findings
    .map(({ path, at, message }) => {
      const { line, column } = at === 'key' ? locator.keyAt(path) : locator.valueAt(path);
      return { file: file ?? NO_FILE, line, column, message };
    })
    .sort((one, other) => one.line - other.line || one.column - other.column);

/** A problem with the value at `path`, for what can only be judged outside, such as an unknown provider type. */
export const problemAt = (settings: Settings, path: Path, message: string, at: 'key' | 'value' = 'value'): Problem => {
  const { line, column } = settings.locate(path, at) ?? { line: 1, column: 1 };
  return { file: settings.file ?? NO_FILE, line, column, message };
};

/**
 * What is wrong with the `options` at `path` by a plugin's or provider type's own `schema`, in the words used for our own.
 * Throws when that is no JSON Schema.
 */
export const problemsOfOptions = (settings: Settings, path: Path, schema: object, options: unknown): Problem[] => {
  const validate = validatorFor(schema);
  if (validate(options)) return [];
  const findings = explain(validate.errors ?? [], {
    base: path,
    written: settings.written,
    validatorOf: () => undefined,
  });
  return findings.map((finding) => problemAt(settings, finding.path, finding.message, finding.at));
};

/** A path for messages: relative to the current folder if it is inside it. */
export const displayPath = (file: string): string => {
  const short = relative(process.cwd(), file);
  return isAbsolute(file) && !short.startsWith('..') && !isAbsolute(short) ? short : file;
};

/** One line for each problem, `file:line:column  message`, which terminals and editors make a link. */
export const formatProblems = (problems: readonly Problem[]): string =>
  problems.map(({ file, line, column, message }) => `${displayPath(file)}:${line}:${column}  ${message}`).join('\n');
