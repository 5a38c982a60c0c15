import type { Path } from './path.js';

/** Keys whose values may be secrets that the user wrote into the file instead of a variable. */
const SECRET_KEYS = [
  /(?:^|[_-])(?:api)?(?:keys?|secret|password|passphrase|token|credentials?|authorization|cookie)$/i,
  /(?:Keys?|Secret|Password|Passphrase|(?<!first)Token|Credentials?)$/,
];

/** Whether the value at `path` may be a secret, which must not be shown. */
export const isSecretPath = (path: Path): boolean =>
  // A string in place of a whole provider is probably its key.
  (path.length === 2 && path[0] === 'providers') ||
  path.some((step) => typeof step === 'string' && (step === 'headers' || SECRET_KEYS.some((name) => name.test(step))));
