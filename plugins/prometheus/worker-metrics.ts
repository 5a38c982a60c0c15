import type { PluginWorkers } from '429chain/plugin';
import type { MetricValue, Registry } from 'prom-client';
import { promClient } from './prom-client.js';

/** What one worker counted. */
export type WorkerCounts = readonly WorkerMetric[];

interface WorkerMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator: string;
  readonly values: readonly MetricValue<string>[];
}

/** The label of every series that a worker counts by itself. A worker that is replaced begins at 0, as after a restart. */
const LABEL = 'worker';

/** Returns what the registries counted, with the number of this worker as a label. */
export const countsOfWorker = async (
  registries: readonly Registry[],
  { number }: PluginWorkers,
): Promise<WorkerCounts> => {
  const all = (await Promise.all(registries.map((registry) => registry.getMetricsAsJSON()))).flat();
  return (all as unknown as WorkerCounts).map(({ name, help, type, values }) => ({
    name,
    help,
    type,
    // No two workers have the same labels, so each sum has one term.
    aggregator: 'sum',
    values: values.map((value) => ({ ...value, labels: { ...value.labels, [LABEL]: String(number) } })),
  }));
};

/** Returns the counts of all workers in the text format. */
export const textOfAll = (counts: readonly WorkerCounts[]): Promise<string> =>
  promClient()
    .AggregatorRegistry.aggregate(counts as object[])
    .metrics();
