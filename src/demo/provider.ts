import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Allowance, type SimulatedLimit } from './allowance.js';
import { type Answer, answerTo } from './answers.js';
import { type ChatRequest, readChatRequest } from './chat-request.js';
import { type Heading, streamFrames, wholeCompletion } from './completions.js';
import type { Dialect, Reply } from './dialect.js';
import { DIALECTS, type DialectName } from './dialects.js';

/** The only key that a simulated provider accepts. */
export const DEMO_KEY = 'demo';

export interface SimulationOptions {
  readonly dialect: DialectName;
  readonly models: readonly string[];
  /** Per model or for the account, depending on the dialect. Default: none. */
  readonly limits?: readonly SimulatedLimit[];
  /** The delay per word, in ms; an answer that is not streamed takes the sum. Default: 5. */
  readonly latencyMs?: number;
  /** Epoch ms. Default: the wall clock. */
  readonly now?: () => number;
}

/** The number of requests. Requests with an unknown model or a wrong key are not counted. */
interface SimulationStats {
  readonly answered: number;
  /** Refused by a limit. */
  readonly refused: number;
  /** The client disconnected before the end of the answer. */
  readonly aborted: number;
  readonly inFlight: number;
}

/** A provider on a real socket that answers in one of the dialects and enforces its limits. */
export interface SimulatedProvider {
  /** Ends with `/v1`. */
  readonly baseUrl: string;
  readonly origin: string;
  stats(): SimulationStats;
  /** Aborts requests in flight. Resolves when all sockets are closed. */
  close(): Promise<void>;
}

/** Starts a provider on a free port of 127.0.0.1. */
export const startSimulatedProvider = async (options: SimulationOptions): Promise<SimulatedProvider> => {
  const simulation = new Simulation(options);
  await simulation.listen();
  return simulation;
};

const DEFAULT_LATENCY_MS = 5;

class Simulation implements SimulatedProvider {
  readonly #server: Server;
  readonly #dialect: Dialect;
  readonly #models: readonly string[];
  readonly #allowances: ReadonlyMap<string, Allowance>;
  readonly #latencyMs: number;
  readonly #now: () => number;
  readonly #handling = new Set<Promise<void>>();
  readonly #stats = { answered: 0, refused: 0, aborted: 0, inFlight: 0 };
  #count = 0;

  constructor({ dialect, models, limits = [], latencyMs = DEFAULT_LATENCY_MS, now = Date.now }: SimulationOptions) {
    this.#dialect = DIALECTS[dialect];
    this.#models = models;
    this.#latencyMs = latencyMs;
    this.#now = now;
    const shared = new Allowance(limits, now);
    const each = this.#dialect.covers === 'model';
    this.#allowances = new Map(models.map((model) => [model, each ? new Allowance(limits, now) : shared]));
    this.#server = createServer((request, response) => {
      const handling = this.#handle(request, response).catch(() => void response.destroy());
      this.#handling.add(handling);
      void handling.then(() => this.#handling.delete(handling));
    });
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get baseUrl(): string {
    return `${this.origin}/v1`;
  }

  stats(): SimulationStats {
    return { ...this.#stats };
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
    await Promise.all(this.#handling);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    if (request.headers.authorization !== `Bearer ${DEMO_KEY}`) return send(response, this.#dialect.wrongKey());
    const path = request.url?.split('?')[0];
    const route = `${request.method} ${path}`;
    if (route === 'GET /v1/models') {
      return send(response, { status: 200, body: this.#dialect.listModels(this.#models) });
    }
    if (route === 'POST /v1/chat/completions') return this.#chat(await bodyOf(request), response, gone.signal);
    send(response, { ...this.#dialect.badRequest(`There is no ${route} here.`), status: 404 });
  }

  async #chat(body: string, response: ServerResponse, gone: AbortSignal): Promise<void> {
    if (gone.aborted) return;
    const chat = readChatRequest(body);
    if (typeof chat === 'string') return send(response, this.#dialect.badRequest(chat));
    const allowance = this.#allowances.get(chat.model);
    if (allowance === undefined) return send(response, this.#dialect.unknownModel(chat.model));
    const answer = answerTo(chat);
    const refusal = allowance.take(answer.usage.total_tokens);
    if (refusal !== undefined) {
      this.#stats.refused++;
      const standings = allowance.standings();
      return send(response, this.#dialect.refuse({ model: chat.model, refusal, standings, now: this.#now() }));
    }
    this.#stats.inFlight++;
    const last = await this.#sendUntilLast(chat, answer, allowance, response, gone);
    // Before the last bytes are sent: a client that has read them can rely on the slot.
    this.#stats.inFlight--;
    allowance.release();
    if (last === undefined) this.#stats.aborted++;
    else {
      this.#stats.answered++;
      response.end(last);
    }
  }

  /** Sends all but the last part of the answer. @returns that part; `undefined` if the client disconnected */
  async #sendUntilLast(
    chat: ChatRequest,
    answer: Answer,
    allowance: Allowance,
    response: ServerResponse,
    gone: AbortSignal,
  ): Promise<string | undefined> {
    const { completions } = this.#dialect;
    const heading: Heading = {
      id: `${completions.idPrefix}${++this.#count}`,
      created: Math.floor(this.#now() / 1000),
      model: chat.model,
    };
    const writeHead = (contentType: string): void => {
      const headers = this.#dialect.answerHeaders(allowance.standings(), this.#now());
      response.writeHead(200, { ...headers, 'content-type': contentType });
    };
    if (!chat.stream) {
      if (!(await pause(this.#latencyMs * answer.pieces.length, gone))) return undefined;
      writeHead('application/json');
      return JSON.stringify(wholeCompletion(heading, answer, completions));
    }
    const frames = streamFrames(heading, answer, completions, chat.includeUsage);
    const last = frames.pop();
    writeHead('text/event-stream');
    for (const frame of frames) {
      response.write(frame);
      if (!(await pause(this.#latencyMs, gone))) return undefined;
    }
    return last;
  }
}

const send = (response: ServerResponse, { status, headers, body }: Reply): void => {
  response.writeHead(status, { ...headers, 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

/** @returns whether the client is still connected after `ms` */
const pause = (ms: number, gone: AbortSignal): Promise<boolean> =>
  new Promise((resolve) => {
    if (gone.aborted || ms <= 0) return resolve(!gone.aborted);
    const leave = (): void => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      gone.removeEventListener('abort', leave);
      resolve(true);
    }, ms);
    gone.addEventListener('abort', leave, { once: true });
  });
