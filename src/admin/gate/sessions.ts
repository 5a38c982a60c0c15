import type { Log } from '../../log.js';
import { type KeptSessions, readSessions, writeSessions } from './session-file.js';
import { newSessionId, readToken, type SessionToken, signToken } from './session-token.js';

/** What other processes have to know about a session. `at`: epoch ms. */
export interface SessionEvent {
  readonly type: 'used' | 'ended';
  readonly id: string;
  readonly at: number;
}

/** The other processes that answer for the same admin. */
export interface SessionPeers {
  /** Whether this process writes the file. */
  readonly writes: boolean;
  tell(event: SessionEvent): void;
  /** Hears what others tell. Those that were away get `ended()`. */
  onEvents(listener: (events: readonly SessionEvent[]) => void, ended: () => readonly SessionEvent[]): void;
}

export interface SessionsOptions {
  readonly file: string;
  /** The current admin key. */
  readonly key: () => string;
  /** Epoch ms. */
  readonly now: () => number;
  readonly log: Log;
  /** Absent: this process is the only one. */
  readonly peers?: SessionPeers | undefined;
}

/** A session expires after this time without use. */
const IDLE_MS = 7 * 86_400_000;
const RENEWED_AFTER_MS = 3_600_000;
const MOST_SESSIONS = 100;

/** A valid session. */
export interface Session {
  /** The token to use from now on; absent while the present one is new enough. */
  readonly renewed?: string | undefined;
  readonly secure: boolean;
}

/**
 * The sessions of the admin, which survive restarts. A token is signed with the admin key: every process with this key accepts
 * it, and a new key ends every session. Which sessions ended is kept in a file, and told to the other workers
 * and replicas.
 */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #kept: KeptSessions;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#kept = readSessions(options.file, options.now(), options.log);
    options.peers?.onEvents(
      (events) => {
        for (const event of events) this.#apply(event);
        if (events.length > 0) this.#write();
      },
      () => [...this.#kept.ended].map(([id, at]) => ({ type: 'ended', id, at })),
    );
  }

  /** Opens a session. @returns its token, which is not stored */
  open(secure: boolean): string {
    const { used } = this.#kept;
    const [oldest] = used.keys();
    if (used.size >= MOST_SESSIONS && oldest !== undefined) this.#note('ended', oldest);
    const id = newSessionId();
    this.#note('used', id);
    return signToken({ id, issuedAt: this.#options.now(), secure }, this.#options.key());
  }

  /** The session of `token`; `undefined` if it is over. This counts as its use. */
  use(token: string): Session | undefined {
    const session = this.#valid(token);
    if (session === undefined) return undefined;
    const { id, issuedAt, secure } = session;
    const { key, now } = this.#options;
    if (now() - (this.#kept.used.get(id) ?? 0) > RENEWED_AFTER_MS) this.#note('used', id);
    if (now() - issuedAt <= RENEWED_AFTER_MS) return { secure };
    return { secure, renewed: signToken({ id, issuedAt: now(), secure }, key()) };
  }

  /** Ends the session of `token`, if any. */
  close(token: string): void {
    const session = this.#valid(token);
    if (session !== undefined) this.#note('ended', session.id);
  }

  #valid(token: string): SessionToken | undefined {
    const { key, now } = this.#options;
    const { used, ended, notBefore } = this.#kept;
    const session = readToken(token, key());
    if (session === undefined || ended.has(session.id) || session.issuedAt < notBefore) return undefined;
    const usedAt = Math.max(session.issuedAt, used.get(session.id) ?? 0);
    return now() - usedAt > IDLE_MS ? undefined : session;
  }

  #note(type: SessionEvent['type'], id: string): void {
    const event = { type, id, at: this.#options.now() };
    this.#apply(event);
    this.#write();
    this.#options.peers?.tell(event);
  }

  #apply({ type, id, at }: SessionEvent): void {
    const { used, ended } = this.#kept;
    used.delete(id);
    if (type === 'ended') ended.set(id, at);
    else if (!ended.has(id)) used.set(id, at);
  }

  #write(): void {
    const { file, now, log, peers } = this.#options;
    if (peers?.writes === false) return;
    // By then its tokens have expired.
    for (const map of [this.#kept.used, this.#kept.ended])
      for (const [id, at] of map) if (now() - at > IDLE_MS) map.delete(id);
    writeSessions(file, this.#kept, log);
  }
}
