import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Allowance, type SimulatedLimit } from './allowance.js';
import { type Answer, answerTo, tokensOf } from './answers.js';
import { type ChatRequest, readChatRequest } from './chat-request.js';
import { type Heading, streamFrames, wholeCompletion } from './completions.js';
import type { Dialect, Reply } from './dialect.js';
import { DIALECTS, type DialectName } from './dialects.js';
import { embeddingsOf, readEmbeddingsRequest } from './embeddings.js';

/** The only key that a simulated provider accepts. */
export const DEMO_KEY = 'demo';

export interface SimulationOptions {
  readonly dialect: DialectName;
  readonly models: readonly string[];
  /** Models for embeddings. Default: none, and no such endpoint. */
  readonly embeddingModels?: readonly string[];
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
  readonly #embeddingModels: readonly string[];
  readonly #allowances: ReadonlyMap<string, Allowance>;
  readonly #latencyMs: number;
  readonly #now: () => number;
  readonly #handling = new Set<Promise<void>>();
  readonly #stats = { answered: 0, refused: 0, aborted: 0, inFlight: 0 };
  #count = 0;

  constructor(options: SimulationOptions) {
    const { dialect, models, embeddingModels = [], limits = [] } = options;
    const { latencyMs = DEFAULT_LATENCY_MS, now = Date.now } = options;
    this.#dialect = DIALECTS[dialect];
    this.#models = models;
    this.#embeddingModels = embeddingModels;
    this.#latencyMs = latencyMs;
    this.#now = now;
    const shared = new Allowance(limits, now);
    const each = this.#dialect.covers === 'model';
    const all = [...models, ...embeddingModels];
    this.#allowances = new Map(all.map((model) => [model, each ? new Allowance(limits, now) : shared]));
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
      const all = [...this.#models, ...this.#embeddingModels];
      return send(response, { status: 200, body: this.#dialect.listModels(all) });
    }
    if (route === 'POST /v1/chat/completions') return this.#chat(await bodyOf(request), response, gone.signal);
    if (route === 'POST /v1/embeddings' && this.#embeddingModels.length > 0)
      return this.#embed(await bodyOf(request), response);
    send(response, { ...this.#dialect.badRequest(`There is no ${route} here.`), status: 404 });
  }

  async #chat(body: string, response: ServerResponse, gone: AbortSignal): Promise<void> {
    if (gone.aborted) return;
    const chat = readChatRequest(body);
    if (typeof chat === 'string') return send(response, this.#dialect.badRequest(chat));
    const refusedFields = this.#dialect.refuseFields?.(chat.body);
    if (refusedFields !== undefined) return send(response, refusedFields);
    const answer = answerTo(chat);
    const allowance = this.#admit(chat.model, this.#models, answer.usage.total_tokens, response);
    if (allowance === undefined) return;
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

  #embed(body: string, response: ServerResponse): void {
    const asked = readEmbeddingsRequest(body);
    if (typeof asked === 'string') {
      send(response, this.#dialect.badRequest(asked));
      return;
    }
    const tokens = asked.inputs.reduce((sum, text) => sum + tokensOf(text), 0);
    const allowance = this.#admit(asked.model, this.#embeddingModels, tokens, response);
    if (allowance === undefined) return;
    allowance.release();
    this.#stats.answered++;
    send(response, { status: 200, body: embeddingsOf(asked, tokens) });
  }

  /** Takes what a request needs from its model's limits. @returns `undefined` if it was refused, and answered so */
  #admit(model: string, models: readonly string[], tokens: number, response: ServerResponse): Allowance | undefined {
    // Gemini lists its models with this prefix, and takes both forms.
    const id = model.replace(/^models\//, '');
    const allowance = models.includes(id) ? this.#allowances.get(id) : undefined;
    if (allowance === undefined) {
      send(response, this.#dialect.unknownModel(id));
      return undefined;
    }
    const refusal = allowance.take(tokens);
    if (refusal === undefined) return allowance;
    this.#stats.refused++;
    const standings = allowance.standings();
    send(response, this.#dialect.refuse({ model: id, refusal, standings, now: this.#now() }));
    return undefined;
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
      const served = { stream: chat.stream, tokens: answer.usage.total_tokens };
      const headers = this.#dialect.answerHeaders(allowance.standings(), this.#now(), served);
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
