import { systemClock } from '../clock.js';
import type { Settings } from '../config/settings.js';
import { Upstream } from '../engine/attempt/connection/upstream.js';
import { Estimates } from '../engine/attempt/request/estimate.js';
import { HealthBook } from '../engine/health/health-book.js';
import { askAllForModels } from '../engine/models/ask-all.js';
import { ModelCatalog } from '../engine/models/model-catalog.js';
import type { ProviderReport } from '../engine/models/provider-models.js';
import { SharedValues } from '../host/shared-values.js';
import { BodiesInFlight } from '../http/uploads/bodies-in-flight.js';
import { MemoryLedger } from '../ledger/memory/memory-ledger.js';
import { openLog } from '../logging/process-log.js';
import { version } from '../package.js';
import { builtInProtocols } from '../protocols/index.js';
import { buildRuntime, type Candidate } from '../runtime/build.js';
import { Secrets } from '../secrets.js';
import { guardProcess } from './guard-process.js';

/** The result of asking each provider for its models with each of its keys, by provider id or `groq:key 1`. */
export type Reports = ReadonlyMap<string, ProviderReport>;

/** Builds a runtime for a check. It is never started, so it leaves nothing behind. */
export const buildCandidate = (settings: Settings, plugins: readonly string[]): Promise<Candidate> => {
  const clock = systemClock;
  const secrets = new Secrets();
  const log = openLog(2, secrets);
  log.configure({ format: 'pretty' });
  if (plugins.length > 0 || settings.plugins.length > 0) guardProcess(log, secrets, () => undefined);
  const chosen = plugins.map((use) => ({ use, options: {}, enabled: true }));
  return buildRuntime(settings, chosen, {
    ledger: new MemoryLedger(clock),
    upstream: new Upstream(clock.now),
    estimates: new Estimates(),
    models: new ModelCatalog(clock),
    health: new HealthBook(),
    repairs: new Map(),
    bodiesInFlight: new BodiesInFlight(),
    clock,
    log,
    secrets,
    sharedValues: new SharedValues(),
    protocols: builtInProtocols(),
    version,
    startedAt: clock.now(),
  });
};

/** Asks every provider for its models. The candidate's targets know them then. */
export const askProviders = async ({ providers, host, shared }: Candidate): Promise<Reports> => {
  try {
    const reports = await askAllForModels(providers, host.hooks, shared.upstream);
    for (const provider of providers) {
      const models = reports.get(provider.keyedId)?.models;
      if (models !== undefined) shared.models.learn(provider, models);
    }
    return reports;
  } finally {
    await shared.upstream.close();
  }
};

/** The text beside a report's state. */
export const detailOf = ({ detail, models, keyUntried }: ProviderReport): string => {
  if (models === undefined) return detail;
  const untried = keyUntried ? '; the list is public, so the key was not tested' : '';
  return `${models.length} ${models.length === 1 ? 'model' : 'models'}${untried}`;
};
