import { expect } from 'chai';
import { ChainStage } from '../../engine/chain-stage.js';
import { API_KEY, type RunningProxy, startProxy } from '../../proxy.js';
import { ScriptedUpstream } from '../../scripted-upstream.js';
import { type ReadMessage, readMessage } from './event-grammar.js';

type Fields = Record<string, unknown>;

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Fields;
}

/** What a stage runs on. */
interface Running {
  readonly upstreams: readonly ScriptedUpstream[];
  readonly proxy: RunningProxy;
  close(): Promise<void>;
}

/** A proxy that is asked for messages. */
export class MessagesStage {
  readonly #running: Running;

  private constructor(running: Running) {
    this.#running = running;
  }

  static async start(...parts: Parameters<typeof ChainStage.start>): Promise<MessagesStage> {
    return new MessagesStage(await ChainStage.start(...parts));
  }

  /** Starts a proxy with a configuration of its own, over one provider. */
  static async configured(configuration: (baseUrl: string) => object): Promise<MessagesStage> {
    const upstream = await ScriptedUpstream.start();
    const proxy = await startProxy(configuration(upstream.baseUrl));
    const close = async (): Promise<void> => {
      await proxy.close();
      await upstream.close();
    };
    return new MessagesStage({ upstreams: [upstream], proxy, close });
  }

  get proxy(): RunningProxy {
    return this.#running.proxy;
  }

  upstream(index = 0): ScriptedUpstream {
    return this.#running.upstreams[index] as ScriptedUpstream;
  }

  /** The body that the first provider received last. */
  sent(index = 0): Fields {
    return this.upstream(index).received.at(-1)?.body ?? {};
  }

  /** Sends a request as a client of Anthropic does. */
  send(
    method: string,
    path: string,
    body: string,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<Response> {
    return fetch(`${this.proxy.address}${path}`, {
      method,
      headers: {
        'x-api-key': API_KEY,
        'anthropic-version': '2023-06-01',
        'content-type': 'application/json',
        ...headers,
      },
      ...(method === 'GET' ? {} : { body }),
      signal: signal ?? null,
    });
  }

  request(path: string, body: object, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> {
    return this.send('POST', path, JSON.stringify(body), headers, signal);
  }

  get(path: string, headers: Record<string, string> = { 'anthropic-version': '2023-06-01' }): Promise<Response> {
    return fetch(`${this.proxy.address}${path}`, { headers: { 'x-api-key': API_KEY, ...headers } });
  }

  /** Asks for a message that is not streamed. */
  async ask(body: object = {}, headers: Record<string, string> = {}): Promise<Answered> {
    const response = await this.request('/v1/messages', { ...HELLO, ...body }, headers);
    return { status: response.status, headers: response.headers, body: (await response.json()) as Fields };
  }

  /** Asks for a streamed message and reads it by the grammar of events. */
  async stream(body: object = {}, isWhole = true): Promise<ReadMessage> {
    const response = await this.request('/v1/messages', { ...HELLO, ...body, stream: true });
    const text = await response.text();
    expect(response.status, text).to.equal(200);
    expect(response.headers.get('content-type')).to.match(/^text\/event-stream/);
    return readMessage(text, isWhole);
  }

  close(): Promise<void> {
    return this.#running.close();
  }
}

export const HELLO = {
  model: 'claude-opus-5-5',
  max_tokens: 1_024,
  messages: [{ role: 'user', content: 'Hello' }],
};
