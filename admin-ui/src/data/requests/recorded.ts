import type { RequestRecord } from '../../../../src/contract/requests.js';
import { call } from '../server/client.js';
import { live } from '../server/feed.js';

/** So long the live feed may take; then the log is asked. */
const PATIENCE_MS = [2_000, 2_000, 4_000] as const;

/**
 * A request as it is kept once it is over: the feed tells it, and where that was missed, the log.
 * @returns `undefined` where neither knows it
 */
export const recorded = async (id: string): Promise<RequestRecord | undefined> => {
  for (const patience of PATIENCE_MS) {
    const record = await told(id, patience);
    if (record !== undefined) return record;
    try {
      return await call('GET /requests/:id', { params: { id } });
    } catch {
      // It may not be written yet. Whatever else is wrong is told by the page around.
    }
  }
  return undefined;
};

const told = (id: string, patience: number): Promise<RequestRecord | undefined> => {
  const look = () => live.recent.find((request) => request.id === id);
  const known = look();
  if (known !== undefined) return Promise.resolve(known);
  return new Promise((resolve) => {
    const end = (record: RequestRecord | undefined): void => {
      clearTimeout(timer);
      stop();
      resolve(record);
    };
    const timer = setTimeout(end, patience, undefined);
    const stop = live.listen(() => {
      const record = look();
      if (record !== undefined) end(record);
    });
  });
};
