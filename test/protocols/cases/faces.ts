import { expect } from 'chai';
import { Stage } from '../../engine/stream/stage.js';
import { API_KEY } from '../../proxy.js';
import type { Answerer, ScriptedUpstream } from '../../scripted-upstream.js';
import { type ReadMessage, readMessage } from '../messages/event-grammar.js';
import { type CheckedStream, checkStream } from '../responses/event-grammar.js';
import { answering, type ChatAnswer } from '../responses/stage.js';

export type Json = Record<string, unknown>;

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

/** A proxy over two simulated providers, asked in the Responses API (`responses`) and the Messages API (`messages`). */
export class Faces {
  readonly stage: Stage;

  private constructor(stage: Stage) {
    this.stage = stage;
  }

  static async start(): Promise<Faces> {
    return new Faces(await Stage.set([answering({ content: 'Hello' }), answering({ content: 'Hello' })]));
  }

  /** Has the providers answer like this from now on; the second like the first if it is not given. */
  providers(first: ChatAnswer | Answerer, second: ChatAnswer | Answerer = first): void {
    const [one, two] = this.stage.upstreams as [ScriptedUpstream, ScriptedUpstream];
    for (const [upstream, each] of [
      [one, first],
      [two, second],
    ] as const) {
      upstream.received.length = 0;
      upstream.always(typeof each === 'function' ? each : answering(each));
    }
    const { runtime } = this.stage.proxy.app;
    for (const target of runtime.chains.all.flatMap(({ targets }) => targets)) runtime.lift(target);
  }

  /** The chat completion that a provider received last. */
  sent(at = 0): Json {
    return this.stage.upstreams[at]?.received.at(-1)?.body ?? {};
  }

  get requests(): number {
    return this.stage.upstreams.reduce((sum, { received }) => sum + received.length, 0);
  }

  async post(path: string, body: Json, headers: Record<string, string> = {}): Promise<Answered> {
    const response = await this.#fetch(path, body, headers);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
  }

  responses(body: Json): Promise<Answered> {
    return this.post('/v1/responses', { model: 'default', input: 'Hello', ...body });
  }

  messages(body: Json, headers: Record<string, string> = {}): Promise<Answered> {
    return this.post('/v1/messages', { ...MESSAGE, ...body }, { 'anthropic-version': '2023-06-01', ...headers });
  }

  async streamedResponse(body: Json = {}): Promise<CheckedStream> {
    return checkStream(await this.#text('/v1/responses', { model: 'default', input: 'Hello', ...body, stream: true }));
  }

  async streamedMessage(body: Json = {}, isWhole = true): Promise<ReadMessage> {
    return readMessage(await this.#text('/v1/messages', { ...MESSAGE, ...body, stream: true }), isWhole);
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Answered> {
    const response = await fetch(this.stage.proxy.address + path, {
      headers: { authorization: `Bearer ${API_KEY}`, ...headers },
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Json };
  }

  async #text(path: string, body: Json): Promise<string> {
    const response = await this.#fetch(path, body, {});
    const text = await response.text();
    expect(response.status, text).to.equal(200);
    return text;
  }

  #fetch(path: string, body: Json, headers: Record<string, string>): Promise<Response> {
    return fetch(this.stage.proxy.address + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }

  close(): Promise<void> {
    return this.stage.close();
  }
}

const MESSAGE = { model: 'default', max_tokens: 1_000, messages: [{ role: 'user', content: 'Hello' }] };

/** One of the numbered cases. */
export interface Case {
  readonly number: number;
  readonly title: string;
  readonly run: (faces: Faces) => Promise<void>;
}

/** The items of a response, or the blocks of a message. */
export const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);

/** The messages that a provider received. */
export const sentMessages = (faces: Faces, at = 0): readonly Json[] => listOf(faces.sent(at).messages);

export const call = (name: string, values: Json = {}, id?: string): NonNullable<ChatAnswer['calls']>[number] => ({
  ...(id === undefined ? {} : { id }),
  name,
  arguments: JSON.stringify(values),
});

export const FUNCTION = { type: 'function', name: 'look', parameters: { type: 'object', properties: {} } };
export const TOOL = { name: 'look', input_schema: { type: 'object', properties: {} } };
