import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import type { Dice } from './dice.js';

/** What a caller saw of one request. */
export type Seen =
  /** The whole answer. `failed`: a stream that said why it is incomplete. */
  | { readonly kind: 'answered'; readonly status: number; readonly failed: boolean }
  /** The caller left by itself. `sent`: after its whole request. */
  | { readonly kind: 'left'; readonly sent: boolean }
  /** The proxy closed the connection. */
  | { readonly kind: 'lost'; readonly error: string };

/** How a caller behaves. */
interface CallerBehaviour {
  readonly name: string;
  readonly weight: number;
  readonly path?: string;
  /** Default: `CHAT`. */
  readonly body?: object | string;
  readonly key?: string;
  /** Leaves after this many bytes of the answer; 0: before the first one. */
  readonly leavesAfter?: number;
  /** Leaves this long after its request, in ms. */
  readonly leavesMs?: number;
  /** Sends half of the body and leaves. */
  readonly sendsHalf?: true;
  /** Reads nothing at all, or a little at a time. */
  readonly reads?: 'nothing' | 'slowly';
}

const messages = [{ role: 'user', content: 'Which way is north, and what is beyond it?' }];
const EMBEDDING = { path: '/v1/embeddings', body: { input: 'Hello' } };

const CALLERS: readonly CallerBehaviour[] = [
  { name: 'stream', weight: 40, body: { messages, stream: true } },
  { name: 'whole', weight: 22, body: { messages } },
  { name: 'messages', weight: 4, path: '/v1/messages', body: { messages, max_tokens: 200, stream: true } },
  { name: 'responses', weight: 4, path: '/v1/responses', body: { input: 'Hello', stream: true } },
  { name: 'embeddings', weight: 1, ...EMBEDDING },
  { name: 'with a refused field', weight: 2, body: { messages, seed: 1 } },
  {
    name: 'large body',
    weight: 1,
    body: { messages: [{ role: 'user', content: 'word '.repeat(40_000) }], stream: true },
  },
  { name: 'leaves at once', weight: 3, leavesMs: 1, body: { messages, stream: true } },
  { name: 'leaves after a while', weight: 3, leavesMs: 150, body: { messages, stream: true } },
  { name: 'leaves in the answer', weight: 4, leavesAfter: 200, body: { messages, stream: true } },
  { name: 'leaves with half a body', weight: 1, sendsHalf: true },
  { name: 'never reads', weight: 1, reads: 'nothing', leavesMs: 4_000, body: { messages, stream: true } },
  { name: 'reads slowly', weight: 3, reads: 'slowly', body: { messages, stream: true } },
  { name: 'wrong key', weight: 0.2, key: 'a-wrong-key' },
  { name: 'no JSON', weight: 2, body: '{"messages":[' },
  { name: 'nonsense', weight: 2, body: { messages: 'hello' } },
];

const MODELS = 3_000;
const READ_PAUSE_MS = 5;

/** Sends requests as many different callers do. */
export class Callers {
  readonly seen = new Map<string, { readonly caller: string; readonly seen: Seen }>();
  inFlight = 0;
  readonly #address: string;
  readonly #key: string;
  readonly #dice: Dice;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 2_000 });
  #sent = 0;

  constructor(address: string, key: string, dice: Dice) {
    this.#address = address;
    this.#key = key;
    this.#dice = dice;
  }

  get sent(): number {
    return this.#sent;
  }

  /** Sends one request. */
  send(): void {
    const caller = this.#dice.of(CALLERS);
    const id = `soak-${++this.#sent}`;
    this.inFlight++;
    void this.#ask(caller, id).then((seen) => {
      this.inFlight--;
      this.seen.set(id, { caller: caller.name, seen });
    });
  }

  /** Closes its idle connections. */
  drop(): void {
    this.#agent.destroy();
  }

  /** Half of the requests name a chain, the others one of many targets. */
  #model(): string {
    return this.#dice.next() < 0.5 ? 'default' : `p${this.#dice.below(4)}/model-${this.#dice.below(MODELS)}`;
  }

  #ask(caller: CallerBehaviour, id: string): Promise<Seen> {
    const { path = '/v1/chat/completions', body = { messages }, key = this.#key, sendsHalf, leavesMs } = caller;
    const text = typeof body === 'string' ? body : JSON.stringify({ model: this.#model(), ...body });
    const headers = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      'x-request-id': id,
    };
    // A caller that leaves closes its connection.
    const agent = sendsHalf || leavesMs !== undefined || caller.leavesAfter !== undefined ? false : this.#agent;
    return new Promise((resolve) => {
      const request = httpRequest(`${this.#address}${path}`, { method: 'POST', headers, agent });
      const leave = (): void => {
        resolve({ kind: 'left', sent: sendsHalf !== true });
        request.destroy();
      };
      request.on('error', (error: NodeJS.ErrnoException) =>
        resolve({ kind: 'lost', error: error.code ?? error.message }),
      );
      request.on('response', (response) => read(caller, request, response, leave, resolve));
      if (leavesMs !== undefined) setTimeout(leave, leavesMs);
      if (sendsHalf !== true) return void request.end(text);
      request.write(text.slice(0, text.length / 2), () => setTimeout(leave, 5));
    });
  }
}

const read = (
  { reads, leavesAfter }: CallerBehaviour,
  request: ClientRequest,
  response: IncomingMessage,
  leave: () => void,
  resolve: (seen: Seen) => void,
): void => {
  let tail = '';
  let bytes = 0;
  response.on('error', () => resolve({ kind: 'lost', error: 'in the answer' }));
  response.on('close', () => {
    if (!response.complete) resolve({ kind: 'lost', error: 'in the answer' });
  });
  if (reads === 'nothing') return void response.pause();
  response.on('data', (data: Buffer) => {
    bytes += data.length;
    tail = (tail + data.toString('latin1')).slice(-4_000);
    if (leavesAfter !== undefined && bytes >= leavesAfter) return leave();
    if (reads !== 'slowly') return;
    response.pause();
    setTimeout(() => response.resume(), READ_PAUSE_MS);
  });
  response.on('end', () => {
    const { statusCode: status = 0, headers } = response;
    const isStream = headers['content-type']?.startsWith('text/event-stream') === true;
    resolve({ kind: 'answered', status, failed: isStream && ERROR_FRAME.test(tail) });
  });
  void request;
};

/** In the streams of all protocols. */
const ERROR_FRAME = /^data: \{"(?:error"|type":"error"|type":"response\.failed")/m;
