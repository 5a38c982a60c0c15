import { resolve } from 'node:path';
import { definePlugin, durationOf } from '429chain/plugin';
import { recordOf } from './record.js';
import { RequestStore, type StoreSettings } from './store.js';

interface Options {
  readonly keep?: string;
  readonly maxRequests?: number;
  readonly folder?: string;
}

const NAME = 'nedb-logger';

/** By folder, over all runtimes: after a reload two of them write for a while, and NeDB takes a file for its own. */
const stores = new Map<string, { readonly store: RequestStore; users: number }>();

const borrow = (folder: string, settings: StoreSettings): RequestStore => {
  const known = stores.get(folder);
  if (known === undefined) {
    const store = new RequestStore(folder, settings);
    stores.set(folder, { store, users: 1 });
    return store;
  }
  known.users++;
  known.store.configure(settings);
  return known.store;
};

/** The last one to give it back closes it. */
const giveBack = async (folder: string): Promise<void> => {
  const known = stores.get(folder);
  if (known === undefined || --known.users > 0) return;
  await known.store.close();
  if (known.users === 0) stores.delete(folder);
};

/** Keeps every request that is over, without what was asked and answered, and what they came to. */
export default definePlugin<Options>({
  name: NAME,
  optionsSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      keep: { type: 'string', pattern: '^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$' },
      maxRequests: { type: 'integer', minimum: 100 },
      folder: { type: 'string', minLength: 1 },
    },
  },
  apply(api, { keep = '30d', maxRequests = 200_000, folder = 'requests' }) {
    const path = resolve(api.dataDir, folder);
    const keepMs = durationOf(keep) ?? Number.POSITIVE_INFINITY;
    const store = borrow(path, { keepMs, maxRequests, now: api.now, log: api.log });
    api.onClose(() => giveBack(path));
    api.hooks.afterResponse.tap(NAME, (outcome) => store.add(recordOf(outcome)));
    api.provideRequestLog(store);
  },
});
