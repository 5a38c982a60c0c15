import type { RequestLog } from '../contract/requests.js';
import type { SharedServices } from './services.js';

const HOUR_MS = 3_600_000;
/** Most requests that are read from the log at the start. */
const MOST_RESTORED = 500;

/**
 * Reads what happened last at each target from the log of the hour before the start. A log that cannot be read says so
 * elsewhere.
 */
export const restoreHealth = async (
  { health, startedAt }: SharedServices,
  log: RequestLog | undefined,
): Promise<void> => {
  try {
    const page = await log?.requests({ limit: MOST_RESTORED });
    // Requests since the start are counted already.
    health.restore(page?.requests.filter(({ at }) => at > startedAt - HOUR_MS && at < startedAt) ?? []);
  } catch {}
};
