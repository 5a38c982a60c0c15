import { createHash } from 'node:crypto';
import { definePlugin } from '429chain/plugin';
import { createClients, loadIoredis } from './client.js';
import { libraryOf } from './library.js';
import { libraryText } from './library-text.js';
import { type Options, optionsSchema, settingsOf } from './settings.js';
import { RedisStore } from './store.js';

/** The start waits so long for Redis, so that the first requests share their limits too. */
const START_MS = 1_000;

/** Counts the units of limits in Redis, for several processes that use the same accounts. */
export default definePlugin<Options>({
  name: 'redis-ledger',
  description: 'Shares limits, cooldowns and slots between several processes, in Redis or Valkey.',
  optionsSchema,
  apply(api, options) {
    const settings = settingsOf(options);
    const { server, sentinels } = settings;
    const secrets = [server, ...sentinels].flatMap(({ password }) => (password === undefined ? [] : [password]));
    // The key appears in messages; options may have a password.
    const key = createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 12);
    const store = api.shared(
      key,
      () => {
        const clients = createClients(loadIoredis(), settings);
        return new RedisStore(clients, libraryOf(libraryText()), { ...settings, secrets, log: api.log });
      },
      (shared) => shared.close(),
    );
    api.provideUnitStore(store);
    api.onReady(() => store().ready(START_MS));
  },
});
