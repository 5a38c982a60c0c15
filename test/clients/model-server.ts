import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerTo, type ModelAnswer } from './answers.js';

type Fields = Readonly<Record<string, unknown>>;

/** A server that answers chat completions as a model would that can be foreseen. */
export class ModelServer {
  readonly #server: Server;
  readonly #breaks: boolean;
  /** Streams that callers left before their end. */
  left = 0;
  readonly requests: Fields[] = [];

  private constructor(breaks: boolean) {
    this.#breaks = breaks;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** `breaks`: it breaks off long answers in the middle. */
  static async start(breaks = false): Promise<ModelServer> {
    const server = new ModelServer(breaks);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    if (request.url?.endsWith('/embeddings')) return json(response, 200, embeddingsOf(JSON.parse(text)));
    if (request.url?.endsWith('/transcriptions')) {
      return json(response, 200, { text: text.includes('RIFF') ? 'Hello from the recording.' : 'No recording came.' });
    }
    if (request.url?.endsWith('/speech')) {
      response.writeHead(200, { 'content-type': 'audio/wav' });
      return void response.end(SPEECH);
    }
    if (request.method !== 'POST') return json(response, 200, { object: 'list', data: [{ id: 'a-model' }] });
    const body = JSON.parse(text) as Fields;
    this.requests.push(body);
    const answer = answerTo(body, this.#breaks);
    if (answer.refusal !== undefined) {
      const { status, message } = answer.refusal;
      return json(response, status, { error: { message, type: 'invalid_request_error', code: null, param: null } });
    }
    if (body.stream === true) await this.#stream(response, answer);
    else json(response, 200, wholeOf(answer));
  }

  async #stream(response: ServerResponse, answer: ModelAnswer): Promise<void> {
    response.on('close', () => {
      if (!response.writableFinished) this.left++;
    });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (delta: Fields, reason: string | null = null): boolean =>
      response.write(
        `data: ${JSON.stringify({ ...BASE, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: reason }] })}\n\n`,
      );
    if (answer.reasoning !== undefined) send({ reasoning_content: answer.reasoning });
    const words = (answer.text ?? '').split(/(?<= )/);
    const until = answer.breaksOff === true ? words.length / 2 : words.length;
    for (const word of words.slice(0, until)) if (word !== '') send({ content: word });
    while (answer.endless === true && !response.destroyed) {
      send({ content: 'one ' });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    if (answer.breaksOff === true) {
      // What was written must be on its way before the connection breaks.
      await new Promise((resolve) => setTimeout(resolve, 50));
      return void response.destroy();
    }
    for (const [index, call] of (answer.calls ?? []).entries()) {
      send({
        tool_calls: [{ index, id: `call_${index}`, type: 'function', function: { name: call.name, arguments: '' } }],
      });
      const text = JSON.stringify(call.arguments);
      for (const part of [text.slice(0, 5), text.slice(5)])
        send({ tool_calls: [{ index, function: { arguments: part } }] });
    }
    send({}, answer.calls === undefined ? 'stop' : 'tool_calls');
    response.write(
      `data: ${JSON.stringify({ ...BASE, object: 'chat.completion.chunk', choices: [], usage: USAGE })}\n\n`,
    );
    response.end('data: [DONE]\n\n');
  }
}

const SPEECH = 'RIFF, as a simulated voice says it';

const BASE = { id: 'chatcmpl-1', created: 1, model: 'a-model' };
const USAGE = { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 };

const wholeOf = ({ text, reasoning, calls, endless }: ModelAnswer): Fields => ({
  ...BASE,
  object: 'chat.completion',
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: endless === true ? 'one two three' : (text ?? null),
        ...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
        ...(calls === undefined
          ? {}
          : {
              tool_calls: calls.map((call, index) => ({
                id: `call_${index}`,
                type: 'function',
                function: { name: call.name, arguments: JSON.stringify(call.arguments) },
              })),
            }),
      },
      finish_reason: calls === undefined ? 'stop' : 'tool_calls',
    },
  ],
  usage: USAGE,
});

const embeddingsOf = ({ input, encoding_format: format }: Fields): Fields => ({
  object: 'list',
  model: 'a-model',
  data: (Array.isArray(input) ? input : [input]).map((_, index) => ({
    object: 'embedding',
    index,
    embedding:
      format === 'base64' ? Buffer.from(new Float32Array([0.5, index]).buffer).toString('base64') : [0.5, index],
  })),
  usage: { prompt_tokens: 3, total_tokens: 3 },
});

const json = (response: ServerResponse, status: number, body: Fields): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};
