import type { Resolution } from '../env.js';
import type { Locator } from '../locate.js';
import type { Path } from '../path.js';
import { valueAtPath } from '../path.js';
import { isSecretPath } from '../secret-paths.js';
import { describe, listOf, nameOf } from '../wording.js';
import { checkAliases, checkDefaultChain, checkProviders, checkRepeats, checkTargetNames } from './check-chains.js';
import { checkKeyLabels, checkKeyLists, checkRepeatedKeys } from './check-key-lists.js';
import { checkBeginnings, checkZones } from './check-limits.js';
import { checkAdminKey, checkBodies, checkHost, checkTrustedProxies } from './check-server.js';
import { checkBaseUrls, checkDurations, checkKeys, checkProxies, checkVariableNames } from './check-values.js';
import type { Check } from './checked-configuration.js';
import type { Finding } from './finding.js';
import { partOfSchema } from './own-schema.js';
import { configurationValidator } from './own-validators.js';
import { findingsOf } from './schema-findings.js';

const CHECKS: readonly Check[] = [
  checkHost,
  checkAdminKey,
  checkKeyLabels,
  checkKeyLists,
  checkRepeatedKeys,
  checkTrustedProxies,
  checkBodies,
  checkDurations,
  checkZones,
  checkBeginnings,
  checkBaseUrls,
  checkProxies,
  checkKeys,
  checkVariableNames,
  checkTargetNames,
  checkProviders,
  checkRepeats,
  checkDefaultChain,
  checkAliases,
];

/** Fields of a provider that may read unset variables: the provider is then `unconfigured`, which is not a problem. */
const FIELDS_THAT_MAY_BE_UNSET: readonly unknown[] = ['apiKey', 'apiKeys', 'baseUrl', 'proxy', 'headers', 'options'];

const idOf = (path: Path): string => JSON.stringify(path.map(String));

const duplicateKeys = ({ duplicates }: Locator): Finding[] =>
  duplicates.map(({ path, first }) => ({
    path,
    at: 'key',
    message: `${nameOf(path)} already exists in line ${first.line}. Expected each key only once.`,
  }));

const malformed = (written: unknown, paths: readonly Path[]): Finding[] =>
  paths.map((path) => ({
    path,
    at: 'value',
    message: `${nameOf(path)} is ${describe(valueAtPath(written, path), path)}. Expected \${NAME}, with letters, digits and _ in the name. For a literal \${, write $\${.`,
  }));

const unset = ({ unset }: Resolution): Finding[] =>
  unset
    .filter(({ path: [top, , field] }) => top !== 'providers' || !FIELDS_THAT_MAY_BE_UNSET.includes(field))
    .map(({ path, names }) => ({
      path,
      at: 'value',
      message: `${nameOf(path)} reads ${listOf(names)}, which ${names.length === 1 ? 'is' : 'are'} not set. Set ${names.length === 1 ? 'it' : 'them'} in the environment or in the .env file beside this file.${path[0] === 'server' && isSecretPath(path) ? ' `openssl rand -hex 24` generates a key.' : ''}`,
    }));

const unreadable = ({ unreadable }: Resolution): Finding[] =>
  unreadable.map(({ path, name, file, why }) => ({
    path,
    at: 'value',
    message: `${nameOf(path)} reads ${name} from the file ${file}, which ${why}. The path comes from ${name}_FILE in the environment.`,
  }));

const schemaFindings = (written: unknown, resolved: unknown): Finding[] => {
  const validate = configurationValidator();
  return validate === undefined || validate(resolved)
    ? []
    : findingsOf(validate.errors ?? [], {
        base: [],
        written,
        partOf: partOfSchema,
        validatorOf: configurationValidator,
      });
};

/** Whether `path` is inside a value whose key is wrong. It is checked once the key is correct. */
const isUnderWrongKey = (path: Path, schemaProblems: readonly Finding[]): boolean =>
  schemaProblems.some(
    ({ at, path: outer }) => at === 'key' && outer.every((step, index) => String(step) === String(path[index])),
  );

/**
 * Finds everything that is wrong with a configuration, in no particular order.
 * @param written the parsed file
 * @param resolution `written` with its variables read
 */
export const validate = (written: unknown, resolution: Resolution, locator: Locator): Finding[] => {
  const configuration = { written, resolved: resolution.value, locator };
  // The value of a variable that could not be read is unknown, so it is not checked.
  const unreadPaths = [...resolution.unset, ...resolution.unreadable].map(({ path }) => path);
  const unread = new Set([...unreadPaths, ...resolution.malformed].map(idOf));
  const schemaProblems = schemaFindings(written, resolution.value).filter(
    ({ at, path }) => at === 'key' || !unread.has(idOf(path)),
  );
  const variables = [...malformed(written, resolution.malformed), ...unset(resolution), ...unreadable(resolution)];
  const reported = new Set([...unread, ...schemaProblems.map(({ path }) => idOf(path))]);
  const checks = CHECKS.flatMap((check) => check(configuration)).filter(({ path }) => !reported.has(idOf(path)));
  const rest = [...variables, ...checks].filter(({ path }) => !isUnderWrongKey(path, schemaProblems));
  return [...duplicateKeys(locator), ...schemaProblems, ...rest];
};
