import { definePlugin, type RouteKey } from '429chain/plugin';
import type { Registry } from 'prom-client';
import { Names } from './labels.js';

interface Options {
  readonly key?: RouteKey;
}

const NAME = 'prometheus';

let ofProcess: Registry | undefined;

/** Metrics of the process: memory, processor, event loop. Collected from the first scrape on, once for all apps in the process. */
const processMetrics = async (): Promise<string> => {
  const { collectDefaultMetrics, Registry } = await import('prom-client');
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess.metrics();
};

/** Adds `GET /metrics` for Prometheus: counters of requests and the state of the targets. */
export default definePlugin<Options>({
  name: NAME,
  optionsSchema: {
    type: 'object',
    additionalProperties: false,
    properties: { key: { enum: ['none', 'api', 'admin'] } },
  },
  apply(api, { key = 'admin' }) {
    // Counters continue after a reload.
    const metricsOf = api.shared('metrics', async () => {
      const { Metrics } = await import('./metrics.js');
      return new Metrics();
    });
    // The start does not wait for it. Not later: Node would remember a failure, such as too many open files.
    api.onReady(() => void metricsOf().catch(() => {}));
    let names: Names | undefined;
    api.hooks.afterResponse.tapPromise(NAME, async (outcome) => {
      names ??= new Names(api.status());
      (await metricsOf()).count(outcome, names);
    });
    api.addRoute({
      method: 'GET',
      path: '/metrics',
      key,
      handle: async () => {
        const metrics = await metricsOf();
        metrics.observe(api.status(), api.requestLog()?.health, api.now());
        const body = `${await metrics.text()}\n${await processMetrics()}`;
        return { headers: { 'content-type': metrics.contentType }, body };
      },
    });
  },
});
