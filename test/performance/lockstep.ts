import { Agent, createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { API_KEY } from '../proxy.js';

const ANSWER = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'a-model',
  choices: [{ index: 0, message: { role: 'assistant', content: 'x'.repeat(800) }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 20, completion_tokens: 200, total_tokens: 220 },
});

const frame = (content: string, finish: string | null): string =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    model: 'a-model',
    choices: [{ index: 0, delta: { content }, finish_reason: finish }],
  })}\n\n`;

const LIMIT_HEADERS = {
  'x-ratelimit-limit-requests': '100000',
  'x-ratelimit-remaining-requests': '99999',
  'x-ratelimit-reset-requests': '6ms',
};

/**
 * A provider and its caller in lockstep: the provider sends a chunk of a stream only once the caller has the chunk before.
 * So 429chain reads and writes every chunk by itself, on every machine.
 */
export class Lockstep {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #server = createServer((req, res) => {
    req.resume();
    req.on('end', () => this.#answer(res));
  });
  /** Chunks that the provider still sends; `undefined` for a plain answer. */
  #left: number | undefined;
  #res: ServerResponse | undefined;

  static async start(): Promise<Lockstep> {
    const lockstep = new Lockstep();
    await new Promise<void>((resolve) => lockstep.#server.listen(0, '127.0.0.1', resolve));
    return lockstep;
  }

  get providerUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** One request through the proxy at `address`, with a stream of `chunks` chunks, or plain without. */
  ask(address: string, chunks?: number): Promise<void> {
    this.#left = chunks;
    const body = JSON.stringify({
      model: 'default',
      messages: [{ role: 'user', content: 'x'.repeat(500) }],
      ...(chunks === undefined ? {} : { stream: true }),
    });
    return new Promise((resolve, reject) => {
      const outgoing = request(`${address}/v1/chat/completions`, {
        method: 'POST',
        agent: this.#agent,
        headers: HEADERS,
      });
      outgoing.on('error', reject);
      outgoing.on('response', (incoming) => {
        if (incoming.statusCode !== 200) reject(new Error(`429chain answered ${incoming.statusCode}.`));
        incoming.on('data', () => this.#next());
        incoming.on('end', resolve);
      });
      outgoing.end(body);
    });
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(res: ServerResponse): void {
    const headers = {
      ...LIMIT_HEADERS,
      'content-type': this.#left === undefined ? 'application/json' : 'text/event-stream',
    };
    res.writeHead(200, headers);
    if (this.#left === undefined) {
      res.end(ANSWER);
      return;
    }
    this.#res = res;
    this.#next();
  }

  #next(): void {
    if (this.#res === undefined || this.#left === undefined) return;
    if (this.#left-- > 0) {
      this.#res.write(frame('a word or two ', null));
      return;
    }
    this.#res.end(`${frame('', 'stop')}data: [DONE]\n\n`);
    this.#res = undefined;
  }
}

const HEADERS = { 'content-type': 'application/json', authorization: `Bearer ${API_KEY}` };
