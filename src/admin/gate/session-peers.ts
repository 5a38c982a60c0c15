import type { WorkerLink } from '../../workers/link.js';
import type { Replicas } from '../../workers/replicas.js';
import type { SessionEvent, SessionPeers } from './sessions.js';

const TOPIC = 'session';
/** Many replicas that return at the same time get one answer. */
const ANSWER_MS = 1_000;

/** What replicas tell each other. */
interface Told {
  readonly events: readonly SessionEvent[];
  /** The sender was away: it asks for all sessions that ended. */
  readonly asks?: boolean;
}

/** The other workers and replicas, for the sessions of this process. With both, an event may come twice. */
export const sessionPeers = (workers: WorkerLink | undefined, replicas: Replicas): SessionPeers => ({
  get writes() {
    return workers?.writes ?? true;
  },
  tell: (event) => {
    workers?.tell(TOPIC, event);
    replicas.tell(TOPIC, { events: [event] } satisfies Told);
  },
  onEvents: (listener, ended) => {
    workers?.hear(TOPIC, (event) => listener([event as SessionEvent]));
    let isAnswering = false;
    replicas.hear(TOPIC, (told) => {
      const { events, asks = false } = told as Told;
      listener(events);
      if (!asks || isAnswering) return;
      isAnswering = true;
      setTimeout(() => {
        isAnswering = false;
        replicas.tell(TOPIC, { events: ended() } satisfies Told);
      }, Math.random() * ANSWER_MS).unref();
    });
    replicas.onConnected(() => replicas.tell(TOPIC, { events: ended(), asks: true } satisfies Told));
  },
});
