import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Log } from '../../log.js';
import { readTextFile } from '../../text-file.js';

/** What is stored about sessions. An id alone does not grant access: a token is also signed with the admin key. */
export interface KeptSessions {
  /** Id → last use, epoch ms. The most recently used session is last. */
  readonly used: Map<string, number>;
  /** Id → when it ended, epoch ms. */
  readonly ended: Map<string, number>;
  /** Sessions that were opened earlier are not valid: it is unknown which of them ended. Epoch ms. */
  notBefore: number;
}

interface SessionFile {
  readonly version: 2;
  readonly used: readonly (readonly [id: string, at: number])[];
  readonly ended: readonly (readonly [id: string, at: number])[];
  readonly notBefore: number;
}

/** Replaces the file atomically. */
export const writeSessions = (file: string, { used, ended, notBefore }: KeptSessions, log: Log): void => {
  const content: SessionFile = { version: 2, used: [...used], ended: [...ended], notBefore };
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.tmp`, JSON.stringify(content), { mode: 0o600 });
    renameSync(`${file}.tmp`, file);
  } catch (error) {
    log.warn(
      `Cannot save the admin's sessions to ${file}: ${(error as Error).message}. Sessions that ended may be valid again when 429chain restarts.`,
    );
  }
};

/** Reads the file. If it cannot be read, every session that was opened before `now` is over. */
export const readSessions = (file: string, now: number, log: Log): KeptSessions => {
  try {
    const { version, used, ended, notBefore } = JSON.parse(readTextFile(file)) as Partial<SessionFile>;
    // An earlier version of 429chain kept digests of tokens that have no signature.
    if (version !== 2) return { used: new Map(), ended: new Map(), notBefore: 0 };
    return {
      // A clock that was set back must not extend a session.
      used: new Map((used ?? []).map(([id, at]) => [id, Math.min(at, now)])),
      ended: new Map(ended),
      notBefore: Math.min(notBefore ?? 0, now),
    };
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!isMissing) {
      log.warn(`Cannot read the admin's sessions from ${file}: ${(error as Error).message}. Sign in again.`);
    }
    return { used: new Map(), ended: new Map(), notBefore: isMissing ? 0 : now };
  }
};
