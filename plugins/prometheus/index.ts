import { definePlugin, type PluginWorkers, type RouteKey } from '429chain/plugin';
import type { Registry } from 'prom-client';
import { Names } from './labels.js';
import { Metrics } from './metrics.js';
import { promClient } from './prom-client.js';
import { countsOfWorker, textOfAll, type WorkerCounts } from './worker-metrics.js';

interface Options {
  readonly key?: RouteKey;
}

const NAME = 'prometheus';
/** What workers ask each other: what they counted. */
const QUESTION = 'counts';

let ofProcess: Registry | undefined;

/** Metrics of the process: memory, processor, event loop. Collected from the first scrape on, once for all apps in the process. */
const processMetrics = (): Registry => {
  const { collectDefaultMetrics, Registry } = promClient();
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
};

const othersCounts = (workers: PluginWorkers): Promise<readonly WorkerCounts[]> =>
  workers.askOthers(QUESTION) as Promise<readonly WorkerCounts[]>;

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
    const metrics = api.shared('metrics', () => new Metrics());
    let names: Names | undefined;
    const { workers } = api;
    const observe = () => metrics().observe(api.status(), api.requestLog()?.health, api.now());
    api.hooks.afterResponse.tap(NAME, (outcome) => {
      names ??= new Names(api.status());
      metrics().count(outcome, names);
    });
    api.addRoute({
      method: 'GET',
      path: '/metrics',
      key,
      handle: async () => {
        const { counts, gauges } = observe();
        const own = [counts, processMetrics()];
        const texts =
          workers === undefined
            ? own.map((registry) => registry.metrics())
            : [textOfAll([await countsOfWorker(own, workers), ...(await othersCounts(workers))])];
        const body = (await Promise.all([...texts, gauges.text()])).join('\n');
        return { headers: { 'content-type': gauges.contentType }, body };
      },
    });
    api.onReady(() => {
      workers?.answer(QUESTION, () => countsOfWorker([observe().counts, processMetrics()], workers));
    });
  },
});
