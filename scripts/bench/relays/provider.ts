import { spawnNode, temporaryFolder } from './process.js';
import { programOf } from './programs.js';

/** The simulated provider, in a process of its own. */
export interface Provider {
  readonly pid: number;
  /** The base URL of a provider that answers. */
  readonly url: string;
  /** The base URL of a provider that refuses with a 429. */
  refusingUrl(index: number): string;
  /** How many requests it has refused. */
  refused(): Promise<number>;
}

export const startProvider = async (): Promise<Provider> => {
  const { child } = spawnNode([programOf('provider')], temporaryFolder());
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout?.once('data', (data: Buffer) => resolve(Number(data.toString())));
    child.once('exit', (status) => reject(new Error(`The provider ended with status ${status}.`)));
  });
  const address = `http://127.0.0.1:${port}`;
  return {
    pid: child.pid as number,
    url: `${address}/answering/v1`,
    refusingUrl: (index) => `${address}/refusing${index}/v1`,
    refused: async () => Number(await (await fetch(`${address}/refused`)).text()),
  };
};
