import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createProxy } from '../../src/index.js';
import { TIMEOUT_MS } from './scenarios.js';

const MESSAGES = [{ role: 'user', content: 'Count to eight.' }] as const;
const MODEL = 'a-model';
const KEY = 'a-key';

/** Asks once. @returns the text of the answer; throws if the request fails */
type Ask = (streamed: boolean) => Promise<string>;

/** A program or library in front of the providers, ready to be asked. */
interface RunningPeer {
  readonly ask: Ask;
  close(): Promise<void>;
}

export interface Peer {
  readonly name: string;
  /** The npm packages that it consists of; empty for 429chain itself. */
  readonly packages: readonly string[];
  readonly configuration: string;
  start(baseUrls: readonly string[], load: (name: string) => Promise<Module>, folder: string): Promise<RunningPeer>;
}

// Packages of a folder outside of this project have no types here.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Module = any;

const nothing = async (): Promise<void> => {};

/** An OpenAI SDK at an address, without retries of its own. */
const sdkAt = async (load: (name: string) => Promise<Module>, options: object): Promise<Ask> => {
  const { default: OpenAI } = await load('openai');
  const client = new OpenAI({ maxRetries: 0, timeout: 10 * TIMEOUT_MS, ...options });
  return async (streamed) => {
    const answer = await client.chat.completions.create({ model: MODEL, messages: MESSAGES, stream: streamed });
    if (!streamed) return answer.choices[0].message.content;
    let text = '';
    for await (const { choices } of answer) text += choices[0]?.delta?.content ?? '';
    return text;
  };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
};

const untilItListens = async (url: string, child: ChildProcess): Promise<void> => {
  while (child.exitCode === null) {
    const answered = await fetch(url).catch(() => undefined);
    if (answered !== undefined) return;
    await pause(50);
  }
  throw new Error(`The process behind ${url} ended with status ${child.exitCode}.`);
};

export const PEERS: readonly Peer[] = [
  {
    name: '429chain',
    packages: [],
    configuration: `a chain of two \`openai-compatible\` providers, \`maxWait: '0s'\`, \`firstToken\` and \`idle\` ${TIMEOUT_MS} ms`,
    start: async (baseUrls, load) => {
      const dataDir = mkdtempSync(join(tmpdir(), '429chain-compare-'));
      const timeouts = { firstToken: `${TIMEOUT_MS}ms`, idle: `${TIMEOUT_MS}ms` };
      const ids = baseUrls.map((_, index) => `provider-${index + 1}`);
      const proxy = await createProxy({
        configuration: {
          server: { port: 0, apiKeys: [KEY] },
          dataDir,
          providers: Object.fromEntries(
            baseUrls.map((baseUrl, index) => [ids[index], { type: 'openai-compatible', baseUrl, apiKey: KEY }]),
          ),
          chains: { default: { targets: ids.map((id) => `${id}/${MODEL}`), maxWait: '0s', timeouts } },
        },
      });
      const address = await proxy.listen();
      return {
        ask: await sdkAt(load, { baseURL: `${address}/v1`, apiKey: KEY }),
        close: async () => {
          await proxy.close();
          rmSync(dataDir, { recursive: true, force: true });
        },
      };
    },
  },
  {
    name: 'Portkey gateway',
    packages: ['@portkey-ai/gateway'],
    configuration: `\`strategy: { mode: 'fallback' }\` over two targets with \`custom_host\`, \`request_timeout: ${TIMEOUT_MS}\``,
    start: async (baseUrls, load, folder) => {
      const port = await freePort();
      const program = join(folder, 'node_modules/@portkey-ai/gateway/build/start-server.js');
      const child = spawn(process.execPath, [program, `--port=${port}`, '--headless'], { stdio: 'ignore' });
      await untilItListens(`http://127.0.0.1:${port}/`, child);
      const config = {
        strategy: { mode: 'fallback' },
        request_timeout: TIMEOUT_MS,
        targets: baseUrls.map((custom_host) => ({ provider: 'openai', api_key: KEY, custom_host })),
      };
      return {
        ask: await sdkAt(load, {
          baseURL: `http://127.0.0.1:${port}/v1`,
          apiKey: KEY,
          defaultHeaders: { 'x-portkey-config': JSON.stringify(config) },
        }),
        close: async () => {
          child.kill();
          await once(child, 'exit');
        },
      };
    },
  },
  {
    name: 'LangChain `withFallbacks`',
    packages: ['@langchain/openai', '@langchain/core'],
    configuration: `\`ChatOpenAI\` with \`maxRetries: 0\` and \`timeout: ${TIMEOUT_MS}\`, and \`withFallbacks\` to a second one`,
    start: async (baseUrls, load) => {
      const { ChatOpenAI } = await load('@langchain/openai');
      const [first, ...others] = baseUrls.map(
        (baseURL) =>
          new ChatOpenAI({ model: MODEL, apiKey: KEY, maxRetries: 0, timeout: TIMEOUT_MS, configuration: { baseURL } }),
      );
      const model = first.withFallbacks({ fallbacks: others });
      const ask: Ask = async (streamed) => {
        if (!streamed) return (await model.invoke(MESSAGES)).content;
        let text = '';
        for await (const { content } of await model.stream(MESSAGES)) text += content;
        return text;
      };
      return { ask, close: nothing };
    },
  },
  {
    name: 'AI SDK with `ai-fallback`',
    packages: ['ai', '@ai-sdk/openai', 'ai-fallback'],
    configuration: `\`createFallback\` with \`retryAfterOutput: true\` and \`shouldRetryThisError: () => true\`, \`maxRetries: 0\`, a \`fetch\` with a timeout of ${TIMEOUT_MS} ms`,
    start: async (baseUrls, load) => {
      const [{ createOpenAI }, { createFallback }, { generateText, streamText }] = await Promise.all([
        load('@ai-sdk/openai'),
        load('ai-fallback'),
        load('ai'),
      ]);
      const withTimeout: typeof fetch = (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
      const models = baseUrls.map((baseURL) => createOpenAI({ baseURL, apiKey: KEY, fetch: withTimeout }).chat(MODEL));
      const model = createFallback({ models, retryAfterOutput: true, shouldRetryThisError: () => true });
      const ask: Ask = async (streamed) => {
        const options = { model, messages: MESSAGES, maxRetries: 0, onError: () => {} };
        if (!streamed) return (await generateText(options)).text;
        let text = '';
        for await (const part of streamText(options).fullStream) {
          if (part.type === 'error') throw part.error;
          if (part.type === 'text-delta') text += part.text;
        }
        return text;
      };
      return { ask, close: nothing };
    },
  },
  {
    name: 'OpenAI SDK, first provider only',
    packages: ['openai'],
    configuration: `one provider, the SDK's own retries (2), \`timeout: ${TIMEOUT_MS}\``,
    start: async ([baseURL], load) => ({
      ask: await sdkAt(load, { baseURL, apiKey: KEY, maxRetries: 2, timeout: TIMEOUT_MS }),
      close: nothing,
    }),
  },
];

/** Loads packages from the `node_modules` of a folder. */
export const loaderOf = async (folder: string): Promise<(name: string) => Promise<Module>> => {
  const { createRequire } = await import('node:module');
  const require = createRequire(pathToFileURL(join(folder, 'package.json')));
  return async (name) => import(pathToFileURL(require.resolve(name)).href);
};
