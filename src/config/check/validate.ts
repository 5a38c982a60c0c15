import type { Resolution } from '../env.js';
import type { Locator, Path } from '../locate.js';
import { describe, type Finding, isPrivate, listOf, nameOf, writtenAt } from '../wording.js';
import { checkDefaultChain, checkProviders, checkRepeats, checkTargetNames } from './check-chains.js';
import { checkAdminKey, checkHost, checkKeyLabels } from './check-server.js';
import { checkBaseUrls, checkKeys, checkSpans, checkVariableNames } from './check-values.js';
import type { Check } from './checked-configuration.js';
import { validatorOf } from './schema.js';
import { explain } from './schema-findings.js';

const CHECKS: readonly Check[] = [
  checkHost,
  checkAdminKey,
  checkKeyLabels,
  checkSpans,
  checkBaseUrls,
  checkKeys,
  checkVariableNames,
  checkTargetNames,
  checkProviders,
  checkRepeats,
  checkDefaultChain,
];

/** While a variable in one of these is unset, the provider is `unconfigured`, and nothing is wrong. */
const OPTIONAL_OF_PROVIDER: readonly unknown[] = ['apiKey', 'baseUrl', 'headers', 'options'];

const keyOf = (path: Path): string => JSON.stringify(path.map(String));

const duplicates = ({ duplicates }: Locator): Finding[] =>
  duplicates.map(({ path, first }) => ({
    path,
    at: 'key',
    message: `${nameOf(path)} is there already, in line ${first.line}. Expected each key once.`,
  }));

const malformed = (written: unknown, paths: readonly Path[]): Finding[] =>
  paths.map((path) => ({
    path,
    at: 'value',
    message: `${nameOf(path)} is ${describe(writtenAt(written, path), path)}. Expected \${NAME}, a name of letters, digits and _; for a plain \${ write $\${.`,
  }));

const unset = ({ unset }: Resolution): Finding[] =>
  unset
    .filter(({ path: [top, , field] }) => top !== 'providers' || !OPTIONAL_OF_PROVIDER.includes(field))
    .map(({ path, names }) => ({
      path,
      at: 'value',
      message: `${nameOf(path)} reads ${listOf(names)}, which ${names.length === 1 ? 'is' : 'are'} not set. Set ${names.length === 1 ? 'it' : 'them'} in the environment or in the file .env beside this one.${path[0] === 'server' && isPrivate(path) ? ' `openssl rand -hex 24` makes a key.' : ''}`,
    }));

const unreadable = ({ unreadable }: Resolution): Finding[] =>
  unreadable.map(({ path, name, file, why }) => ({
    path,
    at: 'value',
    message: `${nameOf(path)} reads ${name} from the file ${file}, which ${why}. ${name}_FILE in the environment names that file.`,
  }));

const schemaFindings = (written: unknown, resolved: unknown): Finding[] => {
  const validate = validatorOf();
  return validate === undefined || validate(resolved)
    ? []
    : explain(validate.errors ?? [], { base: [], written, validatorOf });
};

/** Whether `path` is inside a value whose key is wrong: once the key is right, it may be judged. */
const isUnderWrongKey = (path: Path, shape: readonly Finding[]): boolean =>
  shape.some(
    ({ at, path: outer }) => at === 'key' && outer.every((step, index) => String(step) === String(path[index])),
  );

/** Everything that is wrong with a configuration, in no order. `written` is what was parsed, `resolution` made from it. */
export const validate = (written: unknown, resolution: Resolution, locator: Locator): Finding[] => {
  const subject = { written, resolved: resolution.value, locator };
  // What an unread variable stands for is not known, so nothing else is said about it.
  const unreadPaths = [...resolution.unset, ...resolution.unreadable].map(({ path }) => path);
  const unread = new Set([...unreadPaths, ...resolution.malformed].map(keyOf));
  const shape = schemaFindings(written, resolution.value).filter(
    ({ at, path }) => at === 'key' || !unread.has(keyOf(path)),
  );
  const variables = [...malformed(written, resolution.malformed), ...unset(resolution), ...unreadable(resolution)];
  const said = new Set([...unread, ...shape.map(({ path }) => keyOf(path))]);
  const checks = CHECKS.flatMap((check) => check(subject)).filter(({ path }) => !said.has(keyOf(path)));
  const rest = [...variables, ...checks].filter(({ path }) => !isUnderWrongKey(path, shape));
  return [...duplicates(locator), ...shape, ...rest];
};
