import type { Setting, SettingsFormat } from './settings-format.js';

/** What a line-by-line format writes between a key and its value. */
type Separator = ' = ' | ': ';

/**
 * TOML and flat YAML. A setting with one key is a line at the top level; with more keys, it belongs to the table of the keys
 * before the last one, such as `[model_providers.429chain]`.
 */
export const lineFormat = (separator: Separator): SettingsFormat => ({
  set: (text, settings) =>
    settings.reduce((now, { path, value }) => withLine(now, path, lineOf(path, value, separator)), text),

  restore: (text, before, settings) =>
    settings.reduce((now, { path }) => withLine(now, path, findLine(before, path)?.line), text),
});

const lineOf = (path: Setting['path'], value: unknown, separator: Separator): string =>
  `${path.at(-1)}${separator}${JSON.stringify(value)}`;

interface Section {
  readonly lines: readonly string[];
  /** Of the first line behind the header. */
  readonly from: number;
  /** Behind the last line of the section. */
  readonly to: number;
}

const HEADER = /^\s*\[/;
const KEY = /^\s*(["']?)([\w.-]+)\1\s*[=:]/;

/** Finds the lines of a table, or those before the first table. */
const sectionOf = (text: string, table: readonly string[]): Section | undefined => {
  const lines = text.split('\n');
  const header = `[${table.join('.')}]`;
  const at = table.length === 0 ? -1 : lines.findIndex((line) => line.replace(/#.*$/, '').trim() === header);
  if (at === -1 && table.length > 0) return undefined;
  const next = lines.findIndex((line, index) => index > at && HEADER.test(line));
  return { lines, from: at + 1, to: next === -1 ? lines.length : next };
};

const findLine = (text: string, path: Setting['path']): { line: string; at: number } | undefined => {
  const section = sectionOf(text, path.slice(0, -1));
  if (section === undefined) return undefined;
  const key = path.at(-1);
  const at = section.lines.findIndex(
    (line, index) => index >= section.from && index < section.to && KEY.exec(line)?.[2] === key,
  );
  return at === -1 ? undefined : { line: section.lines[at] as string, at };
};

/** Replaces, adds or (without `line`) removes the line of a setting. */
const withLine = (text: string, path: Setting['path'], line: string | undefined): string => {
  const table = path.slice(0, -1);
  const found = findLine(text, path);
  if (found !== undefined) {
    const changed = text
      .split('\n')
      .toSpliced(found.at, 1, ...(line === undefined ? [] : [line]))
      .join('\n');
    return line === undefined ? withoutEmpty(changed, table) : changed;
  }
  if (line === undefined) return text;
  const section = sectionOf(text, table);
  if (section === undefined)
    return `${text.trimEnd()}${text.trim() === '' ? '' : '\n\n'}[${table.join('.')}]\n${line}\n`;
  const { lines, from, to } = section;
  if (table.length === 0) return text.trim() === '' ? `${line}\n` : [line, ...lines].join('\n');
  const last = lines.findLastIndex((each, index) => index >= from - 1 && index < to && each.trim() !== '');
  return lines.toSpliced(last + 1, 0, line).join('\n');
};

/** Removes the header of a table without lines. */
const withoutEmpty = (text: string, table: readonly string[]): string => {
  const section = table.length === 0 ? undefined : sectionOf(text, table);
  if (section === undefined) return text;
  const { lines, from, to } = section;
  if (lines.slice(from, to).some((line) => line.trim() !== '')) return text;
  const rest = [...lines.slice(0, from - 1), ...lines.slice(to)].join('\n').trimEnd();
  return rest === '' ? '' : `${rest}\n`;
};
