import type { WorkerLink } from '../../workers/link.js';
import type { SessionEvent, SessionPeers } from './sessions.js';

const TOPIC = 'session';

/** The other workers, for the sessions of this one. */
export const sessionPeers = (workers: WorkerLink): SessionPeers => ({
  get writes() {
    return workers.writes;
  },
  tell: (event) => workers.tell(TOPIC, event),
  onEvent: (listener) => void workers.hear(TOPIC, (event) => listener(event as SessionEvent)),
});
