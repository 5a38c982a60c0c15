import { resolve } from 'node:path';
import { definePlugin, durationOf, toRequestRecord } from '429chain/plugin';
import { RequestStore } from './store.js';
import type { StoreSettings } from './writer.js';

interface Options {
  readonly keep?: string;
  readonly maxRequests?: number;
  readonly folder?: string;
  readonly content?: boolean;
}

const NAME = 'nedb-logger';

interface Shared {
  readonly store: RequestStore;
  /** What each of its users wants; the last one's will is done. */
  readonly users: StoreSettings[];
}

/** By folder, over all runtimes: after a reload two of them write for a while, and NeDB takes a file for its own. */
const stores = new Map<string, Shared>();

const borrow = (folder: string, settings: StoreSettings): RequestStore => {
  const shared = stores.get(folder) ?? { store: new RequestStore(folder, settings), users: [] };
  stores.set(folder, shared);
  shared.users.push(settings);
  shared.store.configure(settings);
  return shared.store;
};

/** The last one to give it back closes it. */
const giveBack = async (folder: string, settings: StoreSettings): Promise<void> => {
  const shared = stores.get(folder);
  if (shared === undefined) return;
  const { store, users } = shared;
  users.splice(users.indexOf(settings), 1);
  const last = users.at(-1);
  if (last !== undefined) return store.configure(last);
  await store.close();
  if (users.length === 0) stores.delete(folder);
};

/** Keeps every request that is over and what they came to; what was asked and answered only when told to. */
export default definePlugin<Options>({
  name: NAME,
  optionsSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      keep: { type: 'string', pattern: '^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$' },
      maxRequests: { type: 'integer', minimum: 100 },
      folder: { type: 'string', minLength: 1 },
      content: { type: 'boolean' },
    },
  },
  apply(api, { keep = '30d', maxRequests = 200_000, folder = 'requests', content = false }) {
    const path = resolve(api.dataDir, folder);
    const keepMs = durationOf(keep) ?? Number.POSITIVE_INFINITY;
    const settings = { keepMs, maxRequests, now: api.now, log: api.log };
    const store = borrow(path, settings);
    api.onClose(() => giveBack(path, settings));
    if (content) api.captureContent();
    api.hooks.afterResponse.tap(NAME, (outcome) =>
      store.add(toRequestRecord(outcome), content ? outcome.content?.() : undefined),
    );
    api.provideRequestLog(store);
  },
});
