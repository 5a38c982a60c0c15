import OpenAI from 'openai';
import {
  DEMO_KEY,
  type SimulatedProvider,
  type SimulationOptions,
  startSimulatedProvider,
} from '../../src/demo/provider.js';

/** Long enough to be over in no test: what it delays is broken off. */
export const FOREVER_MS = 3_600_000;

/** Simulated providers of one test, all closed by `closeAll`. */
export class Simulations {
  readonly #running: SimulatedProvider[] = [];

  /** One model called `m` and no latency, if nothing else is said. */
  async start(options: Partial<SimulationOptions> & Pick<SimulationOptions, 'dialect'>): Promise<SimulatedProvider> {
    const provider = await startSimulatedProvider({ models: ['m'], latencyMs: 0, ...options });
    this.#running.push(provider);
    return provider;
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((provider) => provider.close()));
  }
}

export const HELLO = { model: 'm', messages: [{ role: 'user', content: 'Hello' }] };

/** `POST /chat/completions` without an SDK. */
export const ask = (
  { baseUrl }: SimulatedProvider,
  body: object = {},
  { key = DEMO_KEY, signal }: { key?: string; signal?: AbortSignal } = {},
): Promise<Response> =>
  fetch(`${baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...HELLO, ...body }),
    ...(signal === undefined ? {} : { signal }),
  });

/** The real SDK, which never tries again by itself. */
export const clientOf = ({ baseUrl }: SimulatedProvider, apiKey = DEMO_KEY): OpenAI =>
  new OpenAI({ baseURL: baseUrl, apiKey, maxRetries: 0 });

/** Lets sockets do their work until something holds; the test's own timeout is the bound. */
export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
};
