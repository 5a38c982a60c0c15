import { get } from 'node:http';
import { connectionsTo } from '../load/connection.js';
import { pacedLoop } from '../load/loops.js';
import { requestOf } from '../load/requests.js';
import { type Figures, roundsOf } from '../measure/round.js';
import { programOf } from '../relays/programs.js';
import { ADMIN_KEY, startProxy } from '../relays/relays.js';
import type { Phase } from './phase.js';

/** Retention removes the oldest requests again and again. */
const LOGGER = { use: 'nedb-logger', options: { maxRequests: 400 } };
const SCRAPE_MS = 1_000;

const asAdmin = { headers: { authorization: `Bearer ${ADMIN_KEY}` } };

/** The delay of the event loop at 200 requests a second, while the admin is open and metrics are read. */
export const loop: Phase = {
  name: 'loop',
  needsProc: false,
  run: async (bench) => {
    const relay = await startProxy([bench.provider.url], { plugins: [LOGGER, programOf('loop-delay')] });
    await bench.warmUp(relay.port);
    const address = `http://127.0.0.1:${relay.port}`;
    const feed = get(`${address}/admin/api/events`, asAdmin, (events) => events.resume());
    feed.on('error', () => {});
    const delay = async (): Promise<Figures> => (await (await fetch(`${address}/bench/loop-delay`)).json()) as Figures;
    const connections = connectionsTo(relay.port, 10);
    const rounds = await roundsOf(bench.rounds(1, 4), async () => {
      await delay();
      const scraping = setInterval(() => {
        void fetch(`${address}/metrics`, asAdmin).then((metrics) => metrics.text());
      }, SCRAPE_MS);
      const { failed } = await pacedLoop(connections, requestOf(relay.port), {
        everyMs: 50,
        ms: bench.pick(4_000, 8_000),
      });
      clearInterval(scraping);
      if (failed > 0) bench.failed('429chain', failed);
      return { '429chain': await delay() };
    });
    feed.destroy();
    await relay.stop();
    return rounds;
  },
};
