import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request that the provider received. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Parsed from JSON; empty for anything else, such as a form. */
  readonly body: Record<string, unknown>;
  /** As it came. */
  readonly bytes: Buffer;
  /** Resolves if the proxy closes the connection before the end of the answer. */
  readonly aborted: Promise<void>;
}

/** Handles one request. */
export type Answerer = (res: ServerResponse, request: ReceivedRequest) => void | Promise<void>;

/** A provider on a real socket whose answers a test scripts. By default it answers `hello` in OpenAI's format. */
export class ScriptedUpstream {
  readonly received: ReceivedRequest[] = [];
  readonly #server = createServer((req, res) => void this.#answer(req, res));
  readonly #sockets = new Set<Socket>();
  #script: Answerer[] = [];
  #always: Answerer = answer('hello');

  /** Listens on a free port of 127.0.0.1. */
  static async start(...script: Answerer[]): Promise<ScriptedUpstream> {
    const upstream = new ScriptedUpstream();
    upstream.#script = script;
    upstream.#server.on('connection', (socket) => {
      upstream.#sockets.add(socket);
      socket.once('close', () => upstream.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => upstream.#server.listen(0, '127.0.0.1', resolve));
    return upstream;
  }

  /** For the provider's `baseUrl` in the configuration. */
  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  /** Handlers for the next requests, one each. Later requests get the one of `always`. */
  script(...script: Answerer[]): this {
    this.#script = script;
    return this;
  }

  always(answerer: Answerer): this {
    this.#always = answerer;
    return this;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const aborted = new Promise<void>((resolve) => {
      res.once('close', () => {
        if (!res.writableFinished) resolve();
      });
    });
    const { method = '', url: path = '', headers } = req;
    const isJson = bytes.length > 0 && !headers['content-type']?.startsWith('multipart/');
    const body = isJson ? JSON.parse(bytes.toString('utf8')) : {};
    const request = { method, path, headers, body, bytes, aborted };
    this.received.push(request);
    await (this.#script.shift() ?? this.#always)(res, request);
  }
}

type Headers = Record<string, string>;

/** Responds with a status and a body: a string as text, anything else as JSON. */
export const reply =
  (status: number, body: unknown, headers: Headers = {}): Answerer =>
  (res) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    res.writeHead(status, { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json', ...headers });
    res.end(text);
  };

/** A chat completion of OpenAI with `text`, not streamed. */
export const completion = (text: string, usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 }) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'a-model',
  choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
  usage,
});

/** A frame of OpenAI's stream. */
export const chunk = (delta: object, finish: string | null = null, more: object = {}): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'a-model', choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`;

/** The last frame of OpenAI's stream. */
export const DONE = 'data: [DONE]\n\n';

/** A complete stream with `text`. */
const streamOf = (text: string): string =>
  [
    chunk({ role: 'assistant', content: '' }),
    ...text.split(/(?= )/).map((word) => chunk({ content: word })),
    chunk({}, 'stop'),
    DONE,
  ].join('');

/** Answers with `text`, streamed if the request asks for that. */
export const answer =
  (text: string, headers: Headers = {}): Answerer =>
  (res, { body }) => {
    if (body.stream !== true) return reply(200, completion(text), headers)(res, { body } as ReceivedRequest);
    res.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
    res.end(streamOf(text));
  };

/** Streams exactly these parts. Then the response ends, the connection is cut, or nothing more happens. */
export const stream =
  (parts: readonly (string | Buffer)[], end: 'end' | 'cut' | 'hang' = 'end', headers: Headers = {}): Answerer =>
  async (res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
    res.flushHeaders();
    for (const part of parts) await new Promise((resolve) => res.write(part, resolve));
    if (end === 'end') res.end();
    // Lets the parts leave first: destroying the connection discards unsent bytes.
    else if (end === 'cut') setImmediate(() => res.destroy());
  };

/** Accepts the request and never answers. */
export const silence: Answerer = () => {};

/** Closes the connection without an answer. */
export const hangUp: Answerer = (res) => {
  res.destroy();
};
