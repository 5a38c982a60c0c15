import type { LiveStatus, StatusReport } from '../../contract/admin-api.js';
import type { RequestLog } from '../../contract/requests.js';
import { freeTodayOf } from './free-today.js';

/** The live status with today's totals. If the log cannot be read, they are missing and `log.failing` says why. */
export const reportOf = async (live: LiveStatus, log: RequestLog | undefined, now: number): Promise<StatusReport> => {
  const report = { ...live, at: now, free: freeTodayOf(live.targets) };
  if (log === undefined) return report;
  try {
    const { total } = await log.usage({ from: now, to: now });
    return { ...report, today: total, log: log.health };
  } catch (error) {
    return { ...report, log: { ...log.health, failing: (error as Error).message } };
  }
};
