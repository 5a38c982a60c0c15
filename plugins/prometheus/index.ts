import { definePlugin, type RouteKey } from '429chain/plugin';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { Names } from './labels.js';
import { Metrics } from './metrics.js';

interface Options {
  readonly key?: RouteKey;
}

const NAME = 'prometheus';

interface Shared {
  readonly metrics: Metrics;
  users: number;
}

/** By data folder, over all runtimes: counters go on after a reload, in which two of them count for a while. */
const shared = new Map<string, Shared>();

const borrow = (dataDir: string): Metrics => {
  const found = shared.get(dataDir) ?? { metrics: new Metrics(), users: 0 };
  shared.set(dataDir, found);
  found.users++;
  return found.metrics;
};

const giveBack = (dataDir: string): void => {
  const found = shared.get(dataDir);
  if (found !== undefined && --found.users === 0) shared.delete(dataDir);
};

let ofProcess: Registry | undefined;

/** Memory, processor and event loop. They are of the process and not ours to take apart; watched once anybody asks. */
const processMetrics = (): Promise<string> => {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess.metrics();
};

/** `GET /metrics`, for Prometheus: what requests came to, and how the targets stand. */
export default definePlugin<Options>({
  name: NAME,
  optionsSchema: {
    type: 'object',
    additionalProperties: false,
    properties: { key: { enum: ['none', 'api', 'admin'] } },
  },
  apply(api, { key = 'admin' }) {
    const metrics = borrow(api.dataDir);
    api.onClose(() => giveBack(api.dataDir));
    let names: Names | undefined;
    api.hooks.afterResponse.tap(NAME, (outcome) => {
      names ??= new Names(api.status());
      metrics.count(outcome, names);
    });
    api.addRoute({
      method: 'GET',
      path: '/metrics',
      key,
      handle: async () => {
        metrics.observe(api.status(), api.requestLog()?.health, api.now());
        const body = `${await metrics.text()}\n${await processMetrics()}`;
        return { headers: { 'content-type': metrics.contentType }, body };
      },
    });
  },
});
