import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { App } from '../app.js';
import { memoryStore } from '../config/source/store.js';
import type { TargetView } from '../contract/admin-api.js';
import type { ProviderTrial } from '../contract/models.js';
import { BLOCKED } from '../host/activity.js';
import { BACKGROUND, countUncaught } from '../host/process-guard.js';
import { silentLog } from '../log.js';
import type { Plugin } from '../plugin/index.js';
import type { AnswerContent, ApiShape } from './api-shape.js';
import { type Answerer, answer, type ReceivedRequest, reply, ScriptedUpstream, stream } from './scripted-upstream.js';

/** The key of the tested provider. Checks search for it. */
export const PROVIDER_KEY = 'key-of-the-tested-provider';
export const USER = 'Which way is north?';
export const HELLO: AnswerContent = { pieces: ['North ', 'is ', 'ahead.'], usage: { input: 17, output: 5 } };
/** The answer of the next target of the chain. */
export const SPARE_TEXT = 'the spare answered';

const CALLER_KEY = 'key-of-the-caller';
const ADMIN_KEY = 'key-of-the-admin';
const TIMEOUT_MS = 5_000;

export interface BenchOptions {
  /** The plugin, its absolute path, or the name of a built-in. */
  readonly plugin: Plugin | string;
  readonly type: string;
  readonly model: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly shape: ApiShape;
}

/** A complete response of 429chain. */
export interface ProxyResponse {
  readonly status: number;
  readonly target: string | null;
  readonly text: string;
  /** The parsed JSON; empty if the body is not JSON. */
  readonly body: Fields;
}

export type Fields = Readonly<Record<string, unknown>>;

/** 429chain with a chain of two targets: one of the tested type, and a spare one. */
export class Bench {
  readonly shape: ApiShape;
  readonly upstream: ScriptedUpstream;
  readonly model: string;
  readonly #spare: ScriptedUpstream;
  readonly #app: App;
  readonly #address: string;
  readonly #folder: string;

  private constructor(options: BenchOptions, parts: [ScriptedUpstream, ScriptedUpstream, App], at: [string, string]) {
    this.shape = options.shape;
    this.model = options.model;
    [this.upstream, this.#spare, this.#app] = parts;
    [this.#address, this.#folder] = at;
  }

  static async open(options: BenchOptions): Promise<Bench> {
    const { plugin, type, model } = options;
    const upstream = await ScriptedUpstream.start();
    const spare = (await ScriptedUpstream.start()).always(answer(SPARE_TEXT));
    const folder = mkdtempSync(join(tmpdir(), '429chain-testing-'));
    const timeouts = { firstToken: '5s', idle: '5s' };
    const tested = { type, baseUrl: upstream.baseUrl, apiKey: PROVIDER_KEY, options: options.options, timeouts };
    const configuration = {
      server: { apiKeys: [CALLER_KEY], adminKey: ADMIN_KEY },
      providers: { tested, spare: { type: 'openai-compatible', baseUrl: spare.baseUrl } },
      chains: {
        default: { targets: [`tested/${model}`, 'spare/a-model'], maxWait: '0s', resume: false },
        alone: { targets: [`tested/${model}`], maxWait: '0s', resume: false },
      },
    };
    const setting = { env: {}, log: silentLog, dataDir: folder };
    try {
      const store = memoryStore(JSON.stringify(configuration), setting);
      const app = await App.create({ store, plugins: [plugin], log: silentLog });
      const address = await app.listen({ host: '127.0.0.1', port: 0 });
      return new Bench(options, [upstream, spare, app], [address, folder]);
    } catch (error) {
      await Promise.all([upstream.close(), spare.close()]);
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#app.close(0);
    await Promise.all([this.upstream.close(), this.#spare.close()]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A handler that answers with `content`, streamed or not. */
  answers(
    content: AnswerContent,
    { streamed = false, headers = {} }: { streamed?: boolean; headers?: Fields } = {},
  ): Answerer {
    const more = headers as Record<string, string>;
    return streamed ? stream(this.shape.stream(content), 'end', more) : reply(200, this.shape.answer(content), more);
  }

  /** A handler that responds with an error in the provider's format. */
  fails(status: number, message = `refused with ${status}`, headers: Record<string, string> = {}): Answerer {
    return reply(status, this.shape.error(status, message), headers);
  }

  /** Sends `POST /v1/chat/completions`. */
  fetch(body: Fields = {}, signal?: AbortSignal): Promise<Response> {
    const chat = { model: 'default', messages: [{ role: 'user', content: USER }], ...body };
    const headers = { authorization: `Bearer ${CALLER_KEY}`, 'content-type': 'application/json' };
    const url = `${this.#address}/v1/chat/completions`;
    return fetch(url, { method: 'POST', headers, body: JSON.stringify(chat), ...(signal ? { signal } : {}) });
  }

  /** Like `fetch`, and reads the response to its end. */
  async ask(body: Fields = {}): Promise<ProxyResponse> {
    const response = await this.fetch(body);
    const text = await response.text();
    const target = response.headers.get('x-429chain-target');
    return { status: response.status, target, text, body: fieldsIn(text) };
  }

  /** The last request to the tested provider. @throws Error if there was none */
  get received(): ReceivedRequest {
    const last = this.upstream.received.at(-1);
    if (last === undefined) throw new Error('429chain sent no request to the provider.');
    return last;
  }

  /** The last request to the spare target. @throws Error if there was none */
  get receivedBySpare(): ReceivedRequest {
    const last = this.#spare.received.at(-1);
    if (last === undefined) throw new Error('429chain sent no request to the next target of the chain.');
    return last;
  }

  /** Path and body of the last request to the provider, as one text. */
  get sent(): string {
    return `${decodeURIComponent(this.received.path)} ${JSON.stringify(this.received.body)}`;
  }

  /** The state of the tested target. */
  get status(): TargetView {
    const { targets } = this.#app.runtime.status();
    return targets.find(({ target }) => target.startsWith('tested/')) as TargetView;
  }

  /** What the plugin did wrong outside of its calls: rejected promises, errors of timers, calls that blocked the event loop. */
  get faultsOutsideCalls(): readonly string[] {
    return this.#app.runtime.host.faults
      .filter(({ hook, last }) => hook.startsWith(BACKGROUND) || last.startsWith(BLOCKED))
      .map(({ plugin, hook, last }) => `Plugin "${plugin}" failed in ${hook}: ${last}`);
  }

  /** Counts errors that nothing catches, if they are the plugin's. @returns a function that ends it */
  watchPlugin(): () => void {
    const { host } = this.#app.runtime;
    return countUncaught({ log: silentLog, mask: (text) => text, host: () => host });
  }

  /** The models of the provider, fetched through the admin API. */
  async models(): Promise<ProviderTrial> {
    const headers = { authorization: `Bearer ${ADMIN_KEY}` };
    const response = await fetch(`${this.#address}/admin/api/providers/tested/models`, { headers });
    return (await response.json()) as ProviderTrial;
  }

  /** Waits until `condition` holds. @throws Error with the message `why` after five seconds */
  async until(condition: () => boolean, why: string): Promise<void> {
    const startedAt = performance.now();
    while (!condition()) {
      must(performance.now() - startedAt < TIMEOUT_MS, why);
      await pause(5);
    }
  }
}

const fieldsIn = (text: string): Fields => {
  try {
    return JSON.parse(text) as Fields;
  } catch {
    return {};
  }
};

/** @throws Error with the message `why` if `holds` is false */
export function must(holds: boolean, why: string): asserts holds {
  if (!holds) throw new Error(why);
}
