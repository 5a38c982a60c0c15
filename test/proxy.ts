import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { App, type AppOptions } from '../src/app.js';
import { memoryStore, type SettingsStore } from '../src/config/source/store.js';
import { type Log, silentLog } from '../src/log.js';
import type { ScriptedUpstream } from './scripted-upstream.js';

export const API_KEY = 'test-key-of-the-proxy';

/** Keeps every logged message. */
export class MemoryLog implements Log {
  readonly lines: string[] = [];
  debug = (message: string): void => void this.lines.push(message);
  info = (message: string): void => void this.lines.push(message);
  warn = (message: string): void => void this.lines.push(message);
  error = (message: string): void => void this.lines.push(message);
}

/** A proxy on a real socket, with its own data folder. */
export interface RunningProxy {
  readonly app: App;
  readonly address: string;
  readonly log: MemoryLog;
  /** The real SDK, without retries. */
  readonly client: OpenAI;
  /** `POST /v1/chat/completions` without an SDK. */
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

/** A store of a configuration without a file. */
export const storeOf = (
  configuration: object,
  dataDir: string,
  log: Log = silentLog,
  env: Record<string, string> = {},
): SettingsStore => memoryStore(JSON.stringify(configuration), { env, log, dataDir });

/** Starts a proxy with a configuration as in the file. */
export const startProxy = async (configuration: object, options: Partial<AppOptions> = {}): Promise<RunningProxy> => {
  const folder = mkdtempSync(join(tmpdir(), '429chain-'));
  const log = new MemoryLog();
  const store = storeOf({ server: { apiKeys: [API_KEY] }, ...configuration }, join(folder, 'data'), log);
  const app = await App.create({ store, log, ...options });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    app,
    address,
    log,
    client: new OpenAI({ baseURL: `${address}/v1`, apiKey: API_KEY, maxRetries: 0 }),
    post: (body, headers = {}) =>
      fetch(`${address}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    close: async () => {
      await app.close(0);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** A configuration with a provider for each upstream, named `one`, `two`, `three` and so on, and a chain over all of them. */
export const chainOver = (
  upstreams: readonly ScriptedUpstream[],
  chain: object = {},
  provider: object = {},
): object => ({
  providers: Object.fromEntries(
    upstreams.map(({ baseUrl }, index) => [
      NAMES[index],
      { type: 'openai-compatible', baseUrl, apiKey: `key-of-${NAMES[index]}`, ...provider },
    ]),
  ),
  chains: { default: { targets: upstreams.map((_, index) => `${NAMES[index]}/a-model`), maxWait: '0s', ...chain } },
});

const NAMES = ['one', 'two', 'three', 'four', 'five'];

export const HELLO = [{ role: 'user', content: 'Hello' }] as const;
