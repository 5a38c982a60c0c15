import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from './pages.js';

const PAGE = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');

/** The cells of each row of a table, without its heading. */
const rows = PAGE.split('\n')
  .filter((line) => line.startsWith('|') && !/^\| *(?:-+|rank|step) /.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));

const quoted = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string);

/** Every name that a file declares: functions, classes, types, constants, methods. */
const declares = (file: string, name: string): boolean =>
  new RegExp(
    `(?:const|class|interface|type|function\\*?) ${name}\\b|^ {2}(?:static |async |readonly |\\*|get )*#?${name}(?:<[^>]*>)?\\(`,
    'm',
  ).test(readFileSync(join(ROOT, file), 'utf8'));

describe('docs/architecture.md', () => {
  it('names only files and folders that exist', () => {
    const paths = quoted(PAGE).filter((name) => /^(?:src|plugins|admin-ui|test)(?:\/|$)/.test(name));
    expect(paths.length).to.be.greaterThan(30);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).to.deep.equal([]);
  });

  it('names only code that its file declares', () => {
    const steps = rows.flatMap(([, , file = '', code = '']) => {
      const [path] = quoted(file);
      return path?.endsWith('.ts') ? quoted(code).map((name) => [path, name] as const) : [];
    });
    expect(steps.length).to.be.greaterThan(20);
    expect(steps.filter(([file, name]) => !declares(file, name))).to.deep.equal([]);
  });
});
