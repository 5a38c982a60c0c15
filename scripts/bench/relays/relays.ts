import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunningProgram, temporaryFolder } from './process.js';
import { MAIN, programOf } from './programs.js';

/** The floors do nothing but relay. The lean relay does 429chain's work with the cheapest means. */
export const RELAYS = ['node-floor', 'koa-floor', 'koa-lean', '429chain'] as const;

export type RelayName = (typeof RELAYS)[number];

export const ADMIN_KEY = 'bench-admin-key';

export interface ProxyOptions {
  /** Arguments of Node, such as `--cpu-prof`. */
  readonly nodeArgs?: readonly string[];
  /** More plugins in the configuration. */
  readonly plugins?: readonly unknown[];
}

/** Starts 429chain, built from this checkout, with everything on that is on by default. */
export const startProxy = async (
  providers: readonly string[],
  { nodeArgs = [], plugins = [] }: ProxyOptions = {},
): Promise<RunningProgram> => {
  const folder = temporaryFolder();
  const names = providers.map((_, index) => `provider-${index}`);
  const configuration = {
    server: { host: '127.0.0.1', port: 0, apiKeys: ['bench-key'], adminKey: ADMIN_KEY },
    providers: Object.fromEntries(
      providers.map((baseUrl, index) => [names[index], { type: 'openai-compatible', baseUrl, apiKey: 'sk-provider' }]),
    ),
    chains: { main: names.map((name) => `${name}/m`) },
    plugins,
  };
  const file = join(folder, '429chain.json5');
  writeFileSync(file, JSON.stringify(configuration));
  const data = join(folder, 'data');
  mkdirSync(data);
  return RunningProgram.start({ args: [...nodeArgs, MAIN, 'start', '--config', file, '--data-dir', data], folder });
};

export const startRelay = async (name: RelayName, providers: readonly string[]): Promise<RunningProgram> => {
  if (name === '429chain') return startProxy(providers);
  const folder = temporaryFolder();
  const env = { PROVIDERS: providers.join(' '), DATA_DIR: folder };
  return RunningProgram.start({ args: [programOf(name)], folder, env });
};
