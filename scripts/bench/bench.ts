import { connectionsTo } from './load/connection.js';
import { closedLoop } from './load/loops.js';
import { PROTOCOLS, requestOf } from './load/requests.js';
import { Streams } from './load/streams.js';
import type { Lane } from './measure/interleave.js';
import type { Provider } from './relays/provider.js';
import { RELAYS, startRelay } from './relays/relays.js';

export interface BenchOptions {
  readonly quick: boolean;
  /** Instead of the number of rounds that each phase has. */
  readonly rounds?: number | undefined;
  readonly provider: Provider;
  /** Called with what happens. */
  readonly say: (text: string) => void;
}

const WARM_CONNECTIONS = 64;
const WARM_STREAM = { chunks: 40, gap: 5 };

/** What the phases share. */
export class Bench {
  readonly quick: boolean;
  readonly provider: Provider;
  readonly say: (text: string) => void;
  /** Requests that were not answered with 200, and streams that were not complete. */
  failures = 0;
  readonly #rounds: number | undefined;
  #lanes: Promise<readonly Lane[]> | undefined;

  constructor({ quick, rounds, provider, say }: BenchOptions) {
    this.quick = quick;
    this.provider = provider;
    this.say = say;
    this.#rounds = rounds;
  }

  /** A size for the quick form and for the full one. */
  pick<T>(quick: T, full: T): T {
    return this.quick ? quick : full;
  }

  rounds(quick: number, full: number): number {
    return this.#rounds ?? this.pick(quick, full);
  }

  failed(lane: string, count: number): void {
    this.failures += count;
    this.say(`${lane}: ${count} requests failed`);
  }

  /** All relays, started and warm. They run until the end of the bench. */
  lanes(): Promise<readonly Lane[]> {
    this.#lanes ??= this.#start();
    return this.#lanes;
  }

  async stop(): Promise<void> {
    for (const { relay } of (await this.#lanes) ?? []) await relay.stop();
  }

  async #start(): Promise<readonly Lane[]> {
    const lanes: Lane[] = [];
    for (const name of RELAYS) {
      const relay = await startRelay(name, [this.provider.url]);
      lanes.push({ name, relay });
      await this.warmUp(relay.port);
    }
    return lanes;
  }

  /** Lets a relay compile its code and open its connections. */
  async warmUp(port: number): Promise<void> {
    const connections = connectionsTo(port, WARM_CONNECTIONS);
    // The same number for each: in the same time, a faster relay would get warmer.
    const requests = this.pick(5_000, 20_000);
    const { failed } = await closedLoop(connections, requestOf(port), { requests });
    for (const connection of connections) connection.close();
    const streams = new Streams();
    const request = requestOf(port, { stream: WARM_STREAM });
    await streams.run(port, request, PROTOCOLS.chat.mark, { count: 40, chunks: WARM_STREAM.chunks, spreadMs: 40 });
    if (failed + streams.failed > 0) this.failed('warm-up', failed + streams.failed);
  }
}
