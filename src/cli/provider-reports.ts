import { Agent } from 'undici';
import { systemClock } from '../clock.js';
import type { Settings } from '../config/settings.js';
import { Estimates } from '../engine/attempt/estimate.js';
import { Upstream } from '../engine/attempt/upstream.js';
import { askForModels, type ProviderReport } from '../engine/models/provider-models.js';
import type { PreparedProvider } from '../engine/target.js';
import { MemoryLedger } from '../ledger/memory/memory-ledger.js';
import { openLog } from '../logging/process-log.js';
import { version } from '../package.js';
import { Runtime } from '../runtime/runtime.js';
import { Secrets } from '../secrets.js';

/** The result of asking each provider for its models, by provider id. */
export type Reports = ReadonlyMap<string, ProviderReport>;

/** Builds a runtime without a server. Unlike `App`, it keeps nothing in the data folder. */
export const buildRuntime = (settings: Settings, plugins: readonly string[]): Promise<Runtime> => {
  const clock = systemClock;
  const secrets = new Secrets();
  const log = openLog(2, secrets);
  log.configure({ format: 'pretty' });
  const given = plugins.map((use) => ({ use, options: {}, enabled: true }));
  return Runtime.build(withoutOwnKey(settings), given, {
    ledger: new MemoryLedger(clock),
    upstream: new Upstream(clock.now),
    estimates: new Estimates(),
    clock,
    log,
    secrets,
    version,
    startedAt: clock.now(),
  });
};

/** A check leaves nothing behind, but without keys the runtime would make them and keep them. */
const withoutOwnKey = (settings: Settings): Settings => {
  const { server } = settings;
  const apiKeys = server.apiKeys.length > 0 ? server.apiKeys : [{ key: 'never listened to', label: 'key 1' }];
  return { ...settings, server: { ...server, apiKeys, adminKey: server.adminKey ?? 'never listened to either' } };
};

/** Asks every provider for its models. */
export const askProviders = async ({ providers, host }: Runtime): Promise<Reports> => {
  const dispatcher = new Agent();
  try {
    const ask = async (provider: PreparedProvider) =>
      [provider.provider, await askForModels(provider, host.hooks, dispatcher)] as const;
    return new Map(await Promise.all(providers.map(ask)));
  } finally {
    await dispatcher.destroy();
  }
};

/** The text beside a report's state. */
export const detailOf = ({ detail, models, keyUntried }: ProviderReport): string => {
  if (models === undefined) return detail;
  const untried = keyUntried ? '; the list is public, so the key was not tested' : '';
  return `${models.length} ${models.length === 1 ? 'model' : 'models'}${untried}`;
};
