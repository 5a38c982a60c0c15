import { expect } from 'chai';
import { ChainStage } from '../../engine/chain-stage.js';
import { API_KEY } from '../../proxy.js';
import type { ScriptedUpstream } from '../../scripted-upstream.js';
import { type ReadMessage, readMessage } from './event-grammar.js';

type Fields = Record<string, unknown>;

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Fields;
}

/** A proxy that is asked for messages. */
export class MessagesStage {
  readonly #stage: ChainStage;

  private constructor(stage: ChainStage) {
    this.#stage = stage;
  }

  static async start(...parts: Parameters<typeof ChainStage.start>): Promise<MessagesStage> {
    return new MessagesStage(await ChainStage.start(...parts));
  }

  get chain(): ChainStage {
    return this.#stage;
  }

  upstream(index = 0): ScriptedUpstream {
    return this.#stage.upstreams[index] as ScriptedUpstream;
  }

  /** The body that the first provider received last. */
  sent(index = 0): Fields {
    return this.upstream(index).received.at(-1)?.body ?? {};
  }

  request(path: string, body: object, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> {
    return fetch(`${this.#stage.proxy.address}${path}`, {
      method: 'POST',
      headers: {
        'x-api-key': API_KEY,
        'anthropic-version': '2023-06-01',
        'content-type': 'application/json',
        ...headers,
      },
      body: JSON.stringify(body),
      signal: signal ?? null,
    });
  }

  get(path: string, headers: Record<string, string> = { 'anthropic-version': '2023-06-01' }): Promise<Response> {
    return fetch(`${this.#stage.proxy.address}${path}`, { headers: { 'x-api-key': API_KEY, ...headers } });
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
    return this.#stage.close();
  }
}

export const HELLO = {
  model: 'claude-opus-5-5',
  max_tokens: 1_024,
  messages: [{ role: 'user', content: 'Hello' }],
};
