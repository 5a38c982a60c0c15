import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

type Call = (...args: unknown[]) => unknown;
type Calls = Record<string, Call>;

const MESSAGES: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on device',
  EROFS: 'read-only file system',
  EACCES: 'permission denied',
  EMFILE: 'too many open files',
  EIO: 'i/o error',
};

/** Calls that change the file or the folder in their first argument, by name. Those with `Sync` throw. */
const CHANGES = ['writeFile', 'appendFile', 'mkdir', 'rename', 'truncate', 'rm', 'unlink', 'copyFile', 'access'];
const OPENS = ['open', 'openSync'];

const WRITES = fs.constants.O_WRONLY | fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_APPEND;

const writes = (flags: unknown): boolean =>
  typeof flags === 'number' ? (flags & WRITES) !== 0 : typeof flags === 'string' && /[wa+]/.test(flags);

/**
 * Makes everything fail that would change a file below `folder`, as on a disk with this fault. Needs no root: it takes the place
 * of the functions of `node:fs` in this process.
 * @param code such as `ENOSPC`
 * @returns what ends it
 */
export const failWrites = (folder: string, code: string): (() => void) => {
  const restore: (() => void)[] = [];
  const faultOf = (syscall: string, path: string): Error =>
    Object.assign(new Error(`${code}: ${MESSAGES[code]}, ${syscall} '${path}'`), { code, syscall, path });
  const replace = (calls: Calls, name: string, isAsync: boolean): void => {
    const original = calls[name];
    if (typeof original !== 'function') return;
    restore.push(() => {
      calls[name] = original;
    });
    calls[name] = (...args) => {
      const path = String(args[0]);
      const isMeant = path.startsWith(folder) && (!OPENS.includes(name) || writes(args[1]));
      if (!isMeant) return original.apply(calls, args);
      const fault = faultOf(name.replace('Sync', ''), path);
      if (isAsync) return Promise.reject(fault);
      const callback = args.at(-1);
      if (typeof callback !== 'function') throw fault;
      return void process.nextTick(callback, fault);
    };
  };
  for (const name of [...CHANGES, ...CHANGES.map((each) => `${each}Sync`), ...OPENS]) {
    replace(fs as unknown as Calls, name, false);
    replace(fs.promises as unknown as Calls, name, true);
  }
  syncBuiltinESMExports();
  return () => {
    for (const undo of restore) undo();
    syncBuiltinESMExports();
  };
};
