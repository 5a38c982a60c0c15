import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  Attempt,
  Failure,
  Limit,
  Plugin,
  PluginApi,
  ProviderInfo,
  ProviderType,
  ResponseHead,
  Signal,
  Target,
  Verdict,
} from '429chain/plugin';
import { classOfStatus, retryAfterOf } from '429chain/plugin';
import { Guard } from '../../src/host/guard.js';
import { Holdings } from '../../src/host/holdings.js';
import { pluginHooks } from '../../src/host/parts/plugin-hooks.js';
import { Registry } from '../../src/host/parts/registry.js';
import { SharedValues } from '../../src/host/shared-values.js';
import { silentLog } from '../../src/log.js';
import { createHooks } from '../../src/plugin/door/hooks.js';

export type Headers = ResponseHead['headers'];

/** What plugins added, and how to call them as the engine does. The hooks and their guard are real. */
export interface SimulatedHost {
  readonly types: Map<string, ProviderType>;
  readonly declared: { scope: string; limits: readonly Limit[] }[];
  ready(targets: readonly Target[], providers: readonly ProviderInfo[]): Promise<void>;
  signals(type: string, head: ResponseHead): readonly Signal[];
  verdict(type: string, failure: Failure): Verdict | undefined;
}

/** Applies `plugins` in order. */
export const hostOf = async (plugins: readonly Plugin[], now = 0): Promise<SimulatedHost> => {
  const hooks = createHooks();
  const types = new Map<string, ProviderType>();
  const declared: SimulatedHost['declared'] = [];
  const listeners: Parameters<PluginApi['onReady']>[0][] = [];
  const guard = new Guard(silentLog, () => now);
  const registry = new Registry(guard, hooks);
  const values = new Holdings(new SharedValues());
  await values.start();
  const apiFor = (plugin: string): PluginApi => ({
    hooks: pluginHooks(hooks, plugin, guard),
    log: silentLog,
    dataDir: join(tmpdir(), '429chain-never-written'),
    now: () => now,
    status: () => ({ targets: [], waiting: 0 }),
    requestLog: () => undefined,
    addRoute: () => {},
    addProtocol: () => {},
    addProviderType: (name, type) => {
      registry.add(name, type as ProviderType, plugin);
      types.set(name, registry.find(name) as ProviderType);
    },
    declareLimits: (scope, limits) => void declared.push({ scope, limits }),
    provideRequestLog: () => {},
    provideUnitStore: () => {},
    captureContent: () => {},
    shared: (key, create, close = () => {}) => values.add(plugin, key, create, close),
    onReady: (listener) => void listeners.push(listener),
    onClose: () => {},
  });
  for (const plugin of plugins) await plugin.apply(apiFor(plugin.name), {});
  return {
    types,
    declared,
    ready: async (targets, providers) => {
      for (const listener of listeners) await listener(targets, providers);
    },
    signals: (type, head) => hooks.onRateLimitHeaders.call(head, attemptAt(type)) ?? [],
    verdict: (type, failure) => hooks.onError.call(failure, attemptAt(type)),
  };
};

export const targetOf = (type: string, limits: readonly Limit[] = []): Target => ({
  id: `${type}/model:free`,
  provider: type,
  type,
  model: 'model:free',
  limits,
});

const attemptAt = (type: string): Attempt => ({
  requestId: 'request',
  chain: 'default',
  target: targetOf(type),
  number: 1,
  startedAt: 0,
  stream: false,
  estimatedTokens: 100,
  dryRun: false,
});

/** A failure as the engine makes it from a response. */
export const failureOf = (
  status: number,
  body: unknown,
  { headers = {}, at = 0 }: { headers?: Headers; at?: number } = {},
): Failure => {
  const head: ResponseHead = { status, headers, at };
  return { class: classOfStatus(status), status, message: '', retryAt: retryAfterOf(head), head, body, at };
};
