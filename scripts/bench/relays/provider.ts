import { RunningProgram, temporaryFolder } from './process.js';
import { programOf } from './programs.js';

/** The simulated provider, in a process of its own. */
export interface Provider {
  /** The base URL of a provider that answers. */
  readonly url: string;
  /** The base URL of a provider that refuses with a 429. */
  refusingUrl(index: number): string;
  /** How many requests it has refused. */
  refused(): Promise<number>;
}

export const startProvider = async (): Promise<Provider> => {
  const { port } = await RunningProgram.start({ args: [programOf('provider')], folder: temporaryFolder() });
  const address = `http://127.0.0.1:${port}`;
  return {
    url: `${address}/answering/v1`,
    refusingUrl: (index) => `${address}/refusing${index}/v1`,
    refused: async () => Number(await (await fetch(`${address}/refused`)).text()),
  };
};
