import { isAbsolute, relative } from 'node:path';
import type { Locator } from '../locate.js';
import type { Path } from '../path.js';
import type { Problem, Settings } from '../settings.js';
import type { Finding } from './finding.js';
import { optionsValidator } from './options-validator.js';
import { findingsOf } from './schema-findings.js';

/** The file name in problems of a configuration that is not a file. */
const NO_FILE = 'configuration';

/** Adds the positions in the file to `findings`, and sorts them by position. */
export const toProblems = (findings: readonly Finding[], file: string | undefined, locator: Locator): Problem[] =>
  findings
    .map(({ path, at, message }) => {
      const { line, column } = at === 'key' ? locator.keyAt(path) : locator.valueAt(path);
      return { file: file ?? NO_FILE, line, column, message };
    })
    .sort((one, other) => one.line - other.line || one.column - other.column);

/** A problem with the value at `path` that is found after loading, such as an unknown provider type. */
export const problemAt = (settings: Settings, path: Path, message: string, at: 'key' | 'value' = 'value'): Problem => {
  const { line, column } = settings.locate(path, at) ?? { line: 1, column: 1 };
  return { file: settings.file ?? NO_FILE, line, column, message };
};

/**
 * Validates the `options` at `path` against the `schema` of a plugin or provider type. The messages have the same form as
 * those for the configuration itself. Throws when `schema` is not a valid JSON Schema.
 */
export const problemsOfOptions = (settings: Settings, path: Path, schema: object, options: unknown): Problem[] => {
  const validate = optionsValidator(schema);
  if (validate(options)) return [];
  const findings = findingsOf(validate.errors ?? [], {
    base: path,
    written: settings.written,
    partOf: () => undefined,
    validatorOf: () => undefined,
  });
  return findings.map((finding) => problemAt(settings, finding.path, finding.message, finding.at));
};

/** A path as messages show it: relative to the current folder if it is inside that. */
export const displayPath = (file: string): string => {
  const short = relative(process.cwd(), file);
  return isAbsolute(file) && !short.startsWith('..') && !isAbsolute(short) ? short : file;
};

/** One line for each problem: `file:line:column  message`, which terminals and editors turn into a link. */
export const formatProblems = (problems: readonly Problem[]): string =>
  problems.map(({ file, line, column, message }) => `${displayPath(file)}:${line}:${column}  ${message}`).join('\n');
