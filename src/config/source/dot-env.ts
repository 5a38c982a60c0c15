import { parseEnv } from 'node:util';
import { ChainError } from '../../plugin/door/errors.js';
import { VARIABLE_NAME } from '../env.js';

/** A variable of a `.env` file, with an optional comment. A quoted value can span several lines. */
const ENTRY = /^(\uFEFF?[ \t]*(?:export[ \t]+)?)([\w.-]+)[ \t]*=[ \t]*("[^"]*"|'[^']*'|`[^`]*`|[^\r\n#]*)([^\r\n]*)$/gm;
const NEEDS_NO_QUOTES = /^[\w.:/+=@~-]+$/;

/**
 * Sets variables in the text of a `.env` file: existing ones are replaced in their place, others are added at the end.
 * Everything else stays. Checks that Node reads each value back exactly.
 * @throws ChainError `invalid_request` for a name or value that a `.env` file cannot store. The message has no values
 */
export const withVariables = (dotEnv: string, variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables).reduce((text, [name, value]) => {
    if (!VARIABLE_NAME.test(name)) {
      throw new ChainError(
        'invalid_request',
        `"${name}" is not a valid variable name. Expected letters, digits and _.`,
      );
    }
    const changed = withVariable(text, name, value);
    if (!isSame({ ...read(text), [name]: value }, read(changed))) {
      throw new ChainError(
        'invalid_request',
        `The value of ${name} cannot be stored in .env. Is it complete, and on one line?`,
      );
    }
    return changed;
  }, dotEnv);

/** A line without a variable: blank, a comment, or an `export` of a shell variable. */
const NO_VARIABLE = /^\uFEFF?[ \t]*(?:#.*|export[ \t]+[\w.-]+[ \t]*)?$/;

/** The numbers, from 1, of the invalid lines of a `.env` file. They may contain keys. */
export const invalidLinesOf = (dotEnv: string): number[] => {
  // Keeps the line breaks of variables, so that the line numbers are right.
  const rest = dotEnv.replace(ENTRY, (entry) => entry.replace(/[^\r\n]/g, ''));
  return rest.split(/\r\n|\n|\r/).flatMap((line, index) => (NO_VARIABLE.test(line) ? [] : [index + 1]));
};

const withVariable = (text: string, name: string, value: string): string => {
  const written = `${name}=${quoted(value)}`;
  // Of several, Node uses the last one.
  const existing = [...text.matchAll(ENTRY)].findLast(([, , each]) => each === name);
  if (existing === undefined) {
    const newline = text.includes('\r\n') ? '\r\n' : '\n';
    return `${text}${text === '' || text.endsWith('\n') ? '' : newline}${written}${newline}`;
  }
  const [whole, lead = '', , , rest = ''] = existing;
  const comment = rest.trim() === '' ? '' : ` ${rest.trim()}`;
  return text.slice(0, existing.index) + lead + written + comment + text.slice(existing.index + whole.length);
};

const quoted = (value: string): string => {
  if (NEEDS_NO_QUOTES.test(value)) return value;
  const quote = ["'", '`', '"'].find((each) => !value.includes(each)) ?? "'";
  return quote + value + quote;
};

const read = (text: string): NodeJS.Dict<string> => parseEnv(text.replace(/^\uFEFF/, ''));

const isSame = (one: NodeJS.Dict<string>, other: NodeJS.Dict<string>): boolean =>
  Object.keys(one).length === Object.keys(other).length && Object.keys(one).every((name) => one[name] === other[name]);
