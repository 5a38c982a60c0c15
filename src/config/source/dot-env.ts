import { parseEnv } from 'node:util';
import { ChainError } from '../../plugin/door/errors.js';
import { VARIABLE_NAME } from '../env.js';

/** One variable of a `.env` file, its value in quotes over several lines perhaps, and a comment behind it. */
const ENTRY = /^(\uFEFF?[ \t]*(?:export[ \t]+)?)([\w.-]+)[ \t]*=[ \t]*("[^"]*"|'[^']*'|`[^`]*`|[^\r\n#]*)([^\r\n]*)$/gm;
const NEEDS_NO_QUOTES = /^[\w.:/+=@~-]+$/;

/**
 * The text of a `.env` file with these variables: one that is there is replaced in its place, others are added at the
 * end; all the rest stays. Node reads each back exactly.
 * @throws ChainError `invalid_request` for a name or a value that such a file cannot hold; it does not repeat the value
 */
export const withVariables = (dotEnv: string, variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables).reduce((text, [name, value]) => {
    if (!VARIABLE_NAME.test(name)) {
      throw new ChainError('invalid_request', `"${name}" is no name of a variable. Expected letters, digits and _.`);
    }
    const changed = withVariable(text, name, value);
    if (!isSame({ ...read(text), [name]: value }, read(changed))) {
      throw new ChainError(
        'invalid_request',
        `The value of ${name} cannot be kept in .env. Is it pasted whole, in one line?`,
      );
    }
    return changed;
  }, dotEnv);

/** A line that says nothing, or hands a variable of the shell on. */
const NOTHING = /^\uFEFF?[ \t]*(?:#.*|export[ \t]+[\w.-]+[ \t]*)?$/;

/** The lines of a `.env` file, counted from 1, that set no variable and are no comment. What they hold may be a key. */
export const strayLinesOf = (dotEnv: string): number[] => {
  // A variable's own line breaks stay, so that lines can be counted.
  const rest = dotEnv.replace(ENTRY, (entry) => entry.replace(/[^\r\n]/g, ''));
  return rest.split(/\r\n|\n|\r/).flatMap((line, index) => (NOTHING.test(line) ? [] : [index + 1]));
};

const withVariable = (text: string, name: string, value: string): string => {
  const written = `${name}=${quoted(value)}`;
  // Of several, the last one counts.
  const there = [...text.matchAll(ENTRY)].findLast(([, , each]) => each === name);
  if (there === undefined) {
    const newline = text.includes('\r\n') ? '\r\n' : '\n';
    return `${text}${text === '' || text.endsWith('\n') ? '' : newline}${written}${newline}`;
  }
  const [whole, lead = '', , , rest = ''] = there;
  const comment = rest.trim() === '' ? '' : ` ${rest.trim()}`;
  return text.slice(0, there.index) + lead + written + comment + text.slice(there.index + whole.length);
};

const quoted = (value: string): string => {
  if (NEEDS_NO_QUOTES.test(value)) return value;
  const quote = ["'", '`', '"'].find((each) => !value.includes(each)) ?? "'";
  return quote + value + quote;
};

const read = (text: string): NodeJS.Dict<string> => parseEnv(text.replace(/^\uFEFF/, ''));

const isSame = (one: NodeJS.Dict<string>, other: NodeJS.Dict<string>): boolean =>
  Object.keys(one).length === Object.keys(other).length && Object.keys(one).every((name) => one[name] === other[name]);
