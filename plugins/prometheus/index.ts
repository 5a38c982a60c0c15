import { definePlugin, type RouteKey } from '429chain/plugin';
import type { Registry } from 'prom-client';
import { Names } from './labels.js';
import { Metrics } from './metrics.js';
import { promClient } from './prom-client.js';

interface Options {
  readonly key?: RouteKey;
}

const NAME = 'prometheus';

let ofProcess: Registry | undefined;

/** Metrics of the process: memory, processor, event loop. Collected from the first scrape on, once for all apps in the process. */
const processMetrics = (): Promise<string> => {
  const { collectDefaultMetrics, Registry } = promClient();
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
    // Counters continue after a reload.
    const metrics = api.shared('metrics', () => new Metrics());
    let names: Names | undefined;
    api.hooks.afterResponse.tap(NAME, (outcome) => {
      names ??= new Names(api.status());
      metrics().count(outcome, names);
    });
    api.addRoute({
      method: 'GET',
      path: '/metrics',
      key,
      handle: async () => {
        const { contentType, text } = await metrics().scrape(api.status(), api.requestLog()?.health, api.now());
        return { headers: { 'content-type': contentType }, body: `${text}\n${await processMetrics()}` };
      },
    });
  },
});
