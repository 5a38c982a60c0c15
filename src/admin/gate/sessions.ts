import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Log } from '../../log.js';

interface Session {
  readonly digest: string;
  /** Epoch ms; right to within RENEWED_AFTER_MS, so that not every request writes a file. */
  readonly usedAt: number;
}

export interface SessionsOptions {
  readonly file: string;
  /** The admin key in force. */
  readonly key: () => string;
  /** Epoch ms. */
  readonly now: () => number;
  readonly log: Log;
}

/** A session that nobody uses for so long is over. */
const IDLE_MS = 7 * 86_400_000;
const RENEWED_AFTER_MS = 3_600_000;
const MOST_SESSIONS = 100;

/**
 * Who is signed in to the admin, over restarts too. Of a session's token only a digest is kept, made with the admin key:
 * the file lets nobody in, and under another key no session is found.
 */
export class Sessions {
  readonly #options: SessionsOptions;
  /** Digest → when it was used. The one that was used last stands last. */
  readonly #usedAt: Map<string, number>;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#usedAt = new Map(readSessions(options).map(({ digest, usedAt }) => [digest, usedAt]));
  }

  /** A new session. @returns its token, which is kept nowhere */
  open(): string {
    const token = randomBytes(32).toString('base64url');
    const [oldest] = this.#usedAt.keys();
    if (this.#usedAt.size >= MOST_SESSIONS && oldest !== undefined) this.#usedAt.delete(oldest);
    this.#touch(this.#digestOf(token));
    return token;
  }

  /** Whether `token` is that of a session; if so, it is used. */
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

  /** Ends the session of `token`, if there is one. */
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

  /** A new file takes the old one's place at once and whole. */
  #write(): void {
    const { file, log } = this.#options;
    const sessions: Session[] = [...this.#usedAt].map(([digest, usedAt]) => ({ digest, usedAt }));
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(`${file}.tmp`, JSON.stringify({ version: 1, sessions }), { mode: 0o600 });
      renameSync(`${file}.tmp`, file);
    } catch (error) {
      log.warn(`Sessions of the admin cannot be kept in ${file}: ${(error as Error).message}. They end at a restart.`);
    }
  }
}

/** What `file` holds, as far as it can be used: whoever is missing signs in again. */
const readSessions = ({ file, now, log }: SessionsOptions): Session[] => {
  try {
    const { sessions } = JSON.parse(readFileSync(file, 'utf8')) as { sessions: readonly Partial<Session>[] };
    return sessions
      .flatMap(({ digest, usedAt }) =>
        // A clock that was put back must not keep a session for longer.
        digest === undefined || usedAt === undefined ? [] : [{ digest, usedAt: Math.min(usedAt, now()) }],
      )
      .filter(({ usedAt }) => now() - usedAt <= IDLE_MS)
      .slice(-MOST_SESSIONS);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      log.warn(`Sessions of the admin cannot be read from ${file}: ${(error as Error).message}. Sign in again.`);
    }
    return [];
  }
};
