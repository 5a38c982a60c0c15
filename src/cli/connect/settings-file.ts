import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { CommandError } from '../terminal/command-error.js';

/** The settings file of a client, with a copy of what it was before 429chain changed it. */
export class SettingsFile {
  readonly path: string;

  constructor(path: string) {
    // A link, as in folders of dotfiles, stays a link.
    this.path = existsSync(path) ? realpathSync(path) : path;
  }

  /** The path of the copy. */
  get backup(): string {
    return `${this.path}.before-429chain`;
  }

  get exists(): boolean {
    return existsSync(this.path);
  }

  /** Its text; empty if there is none. */
  read(): string {
    return readOrEmpty(this.path);
  }

  /** What the file was before 429chain changed it first; `undefined` if it has not. */
  readBackup(): string | undefined {
    return existsSync(this.backup) ? readOrEmpty(this.backup) : undefined;
  }

  /** Writes `text`, which may contain a key. Keeps a copy of the present text, unless there is one already. */
  change(text: string): void {
    attempt(this.path, () => {
      mkdirSync(dirname(this.path), { recursive: true });
      if (!existsSync(this.backup)) replace(this.backup, this.read(), 0o600);
      replace(this.path, text, existsSync(this.path) ? statSync(this.path).mode : 0o600);
    });
  }

  /** Writes `text`, or removes the file if 429chain created it and nothing is left. Removes the copy. */
  undo(text: string): void {
    attempt(this.path, () => {
      const isEmpty = text.trim() === '' || text.trim() === '{}';
      if (isEmpty && this.readBackup()?.trim() === '') rmSync(this.path, { force: true });
      else replace(this.path, text, statSync(this.path).mode);
      rmSync(this.backup);
    });
  }
}

const readOrEmpty = (path: string): string => attempt(path, () => (existsSync(path) ? readFileSync(path, 'utf8') : ''));

/** Never leaves half a file behind. */
const replace = (path: string, text: string, mode: number): void => {
  const written = `${path}.${process.pid}.tmp`;
  writeFileSync(written, text, { mode });
  renameSync(written, path);
};

const attempt = <T>(path: string, act: () => T): T => {
  try {
    return act();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new CommandError(`Cannot change ${path}: ${code ?? message}.`);
  }
};
