import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 1;
const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

interface Route {
  readonly method: 'GET';
  readonly path: string;
  readonly key: 'none';
  readonly handle: () => { readonly headers: Record<string, string>; readonly body: string };
}

/** A plugin of 429chain: `GET /bench/loop-delay` returns the event-loop delay since the last call, in ms, and starts anew. */
export default {
  name: 'bench-loop-delay',
  apply: (api: { addRoute(route: Route): void }): void =>
    api.addRoute({
      method: 'GET',
      path: '/bench/loop-delay',
      key: 'none',
      handle: () => {
        // The histogram has the time between two ticks, which is the resolution without any delay.
        const delayAt = (percentile: number): number => histogram.percentile(percentile) / 1e6 - RESOLUTION_MS;
        const body = JSON.stringify({ p50: delayAt(50), p99: delayAt(99), max: histogram.max / 1e6 - RESOLUTION_MS });
        histogram.reset();
        histogram.enable();
        return { headers: { 'content-type': 'application/json' }, body };
      },
    }),
};
