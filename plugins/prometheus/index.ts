import { definePlugin, type Outcome, type RouteKey } from '429chain/plugin';
import type { Registry } from 'prom-client';
import { Names } from './labels.js';
import type { Metrics } from './metrics.js';

interface Options {
  readonly key?: RouteKey;
}

const NAME = 'prometheus';

/** The start takes less. */
const LOAD_MS = 1_000;

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
  description: 'Counts requests, tokens and limits for Prometheus, at GET /metrics.',
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
    // Once the start is over. Not when it is used: Node would remember a failure, such as too many open files.
    let loading: NodeJS.Timeout | undefined;
    api.onReady(() => {
      loading = setTimeout(() => void metricsOf().catch(() => {}), LOAD_MS).unref();
    });
    api.onClose(() => clearTimeout(loading));
    let names: Names | undefined;
    let loaded: Metrics | undefined;
    const countFirst = async (outcome: Outcome, known: Names): Promise<void> => {
      loaded = await metricsOf();
      loaded.count(outcome, known);
    };
    api.hooks.afterResponse.tap(NAME, (outcome) => {
      names ??= new Names(api.status());
      // A promise for each request would cost more than counting it.
      return loaded === undefined ? countFirst(outcome, names) : loaded.count(outcome, names);
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
