import OpenAI from 'openai';
import {
  DEMO_KEY,
  type SimulatedProvider,
  type SimulationOptions,
  startSimulatedProvider,
} from '../../src/demo/provider.js';

/** Longer than any test: delayed responses are aborted. */
export const FOREVER_MS = 3_600_000;

/** The simulated providers of a test. */
export class Simulations {
  readonly #running: SimulatedProvider[] = [];

  /** By default with a model `m` and without latency. */
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

/** The real SDK, without retries. */
export const clientOf = ({ baseUrl }: SimulatedProvider, apiKey = DEMO_KEY): OpenAI =>
  new OpenAI({ baseURL: baseUrl, apiKey, maxRetries: 0 });

/** Waits until `holds` returns true, or until the test times out. */
export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
};
