import { configuredId } from '../config/keyed-name.js';
import type { Settings } from '../config/settings.js';
import type { ProviderInfo } from '../plugin/index.js';
import type { Candidate } from './build.js';
import { type Keys, ownKey } from './own-key.js';
import { Runtime } from './runtime.js';

/**
 * Does everything that can fail before a candidate comes into force: makes its plugins ready, and makes and keeps the keys
 * that the configuration does not name. The runtime it returns is to be activated or closed.
 * @throws ChainError `plugin_failed` or `invalid_configuration`; the plugins that became ready are closed then
 */
export const startRuntime = async (candidate: Candidate): Promise<Runtime> => {
  const { settings, host, targets, secrets } = candidate;
  try {
    await host.ready(
      targets.map(({ publicView }) => publicView),
      providersOf(settings),
    );
  } catch (error) {
    throw secrets.masked(error);
  }
  try {
    const { apiKeys, adminKey } = settings.server;
    const keys: Keys = {
      api: apiKeys.length > 0 ? apiKeys : [{ key: ownKey(settings.dataDir, 'api-key'), label: 'key 1' }],
      admin: adminKey ?? ownKey(settings.dataDir, 'admin-key'),
    };
    secrets.add([...keys.api.map(({ key }) => key), keys.admin]);
    return new Runtime(candidate, keys);
  } catch (error) {
    await host.close();
    throw secrets.masked(error);
  }
};

/** Every provider once, however many keys it has. */
const providersOf = ({ providers }: Settings): ProviderInfo[] => [
  ...new Map(
    providers.map((each) => {
      const id = configuredId(each);
      return [id, { id, type: each.type, limits: each.limits }];
    }),
  ).values(),
];
