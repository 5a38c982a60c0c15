import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Log } from '../../log.js';
import { readTextFile } from '../../text-file.js';

interface Session {
  readonly digest: string;
  /** Epoch ms, accurate to RENEWED_AFTER_MS: not every request writes a file. */
  readonly usedAt: number;
}

export interface SessionsOptions {
  readonly file: string;
  /** The current admin key. */
  readonly key: () => string;
  /** Epoch ms. */
  readonly now: () => number;
  readonly log: Log;
}

/** A session expires after this time without use. */
const IDLE_MS = 7 * 86_400_000;
const RENEWED_AFTER_MS = 3_600_000;
const MOST_SESSIONS = 100;

/**
 * The sessions of the admin, which survive restarts. The file has only digests of the session tokens, keyed with the
 * admin key: it gives nobody access, and a new admin key ends every session.
 */
export class Sessions {
  readonly #options: SessionsOptions;
  /** Digest → last use. The most recently used session is last. */
  readonly #usedAt: Map<string, number>;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#usedAt = new Map(readSessions(options).map(({ digest, usedAt }) => [digest, usedAt]));
  }

  /** Opens a session. @returns its token, which is not stored */
  open(): string {
    const token = randomBytes(32).toString('base64url');
    const [oldest] = this.#usedAt.keys();
    if (this.#usedAt.size >= MOST_SESSIONS && oldest !== undefined) this.#usedAt.delete(oldest);
    this.#touch(this.#digestOf(token));
    return token;
  }

  /** Whether `token` belongs to a session. If it does, this counts as its use. */
  use(token: string): boolean {
    const digest = this.#digestOf(token);
    const usedAt = this.#usedAt.get(digest);
    if (usedAt === undefined) return false;
    const idleMs = this.#options.now() - usedAt;
    if (idleMs > IDLE_MS) {
      this.#end(digest);
      return false;
    }
    if (idleMs > RENEWED_AFTER_MS) this.#touch(digest);
    return true;
  }

  /** Ends the session of `token`, if any. */
  close(token: string): void {
    this.#end(this.#digestOf(token));
  }

  #digestOf(token: string): string {
    return createHmac('sha256', this.#options.key()).update(token).digest('base64url');
  }

  #touch(digest: string): void {
    this.#usedAt.delete(digest);
    this.#usedAt.set(digest, this.#options.now());
    this.#write();
  }

  #end(digest: string): void {
    if (this.#usedAt.delete(digest)) this.#write();
  }

  /** Replaces the file atomically. */
  #write(): void {
    const { file, log } = this.#options;
    const sessions: Session[] = [...this.#usedAt].map(([digest, usedAt]) => ({ digest, usedAt }));
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(`${file}.tmp`, JSON.stringify({ version: 1, sessions }), { mode: 0o600 });
      renameSync(`${file}.tmp`, file);
    } catch (error) {
      log.warn(
        `Cannot save the admin's sessions to ${file}: ${(error as Error).message}. They end when 429chain restarts.`,
      );
    }
  }
}

/** The usable sessions of `file`. A person whose session is missing signs in again. */
const readSessions = ({ file, now, log }: SessionsOptions): Session[] => {
  try {
    const { sessions } = JSON.parse(readTextFile(file)) as { sessions: readonly Partial<Session>[] };
    return sessions
      .flatMap(({ digest, usedAt }) =>
        // A clock that was set back must not extend a session.
        digest === undefined || usedAt === undefined ? [] : [{ digest, usedAt: Math.min(usedAt, now()) }],
      )
      .filter(({ usedAt }) => now() - usedAt <= IDLE_MS)
      .slice(-MOST_SESSIONS);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      log.warn(`Cannot read the admin's sessions from ${file}: ${(error as Error).message}. Sign in again.`);
    }
    return [];
  }
};
