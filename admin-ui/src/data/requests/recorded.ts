import type { RequestRecord } from '../../../../src/contract/requests.js';
import { call } from '../server/client.js';
import { live } from '../server/feed.js';

/** How long to wait for the live feed before each look into the log. */
const PATIENCE_MS = [2_000, 2_000, 4_000] as const;

/**
 * The record of a finished request, from the live feed or, if that was missed, from the log.
 * @returns `undefined` if neither has it
 */
export const recorded = async (id: string): Promise<RequestRecord | undefined> => {
  for (const patience of PATIENCE_MS) {
    const record = await fromFeed(id, patience);
    if (record !== undefined) return record;
    try {
      return await call('GET /requests/:id', { params: { id } });
    } catch {
      // The record may not be written yet. The page shows other errors.
    }
  }
  return undefined;
};

const fromFeed = (id: string, patience: number): Promise<RequestRecord | undefined> => {
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
