import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What one account allows: a fixed window, as the provider's clock counts it. */
export interface Allowance {
  readonly accounts: number;
  readonly limit: number;
  readonly windowMs: number;
  /** How long an answer takes, from and to. */
  readonly delayMs: readonly [number, number];
}

/** Accounts of a provider that counts strictly and states its limit in headers: `/0/v1`, `/1/v1` and so on. */
export class Accounts {
  readonly allowance: Allowance;
  readonly #server: Server;
  readonly #used: number[];
  #window = 0;
  refused = 0;

  private constructor(server: Server, allowance: Allowance) {
    this.#server = server;
    this.allowance = allowance;
    this.#used = Array.from({ length: allowance.accounts }, () => 0);
  }

  static async start(allowance: Allowance): Promise<Accounts> {
    const server = createServer({ keepAliveTimeout: 60_000 });
    const accounts = new Accounts(server, allowance);
    server.on('request', (request, response) => {
      request.resume().on('end', () => accounts.#answer(Number(request.url?.split('/')[1]), response));
    });
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    return accounts;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  reset(): void {
    this.refused = 0;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(account: number, response: ServerResponse): void {
    const { limit, windowMs, delayMs } = this.allowance;
    const now = Date.now();
    const window = Math.floor(now / windowMs);
    if (window !== this.#window) this.#used.fill(0);
    this.#window = window;
    const used = this.#used[account] as number;
    const resetMs = (window + 1) * windowMs - now;
    const isServed = used < limit;
    if (isServed) this.#used[account] = used + 1;
    response.setHeader('content-type', 'application/json');
    response.setHeader('x-ratelimit-limit-requests', limit);
    response.setHeader('x-ratelimit-remaining-requests', limit - (this.#used[account] as number));
    response.setHeader('x-ratelimit-reset-requests', `${resetMs / 1_000}s`);
    if (!isServed) {
      this.refused++;
      response.statusCode = 429;
      response.setHeader('retry-after', Math.ceil(resetMs / 1_000));
      response.end(
        '{"error":{"message":"Rate limit reached for requests","type":"requests","code":"rate_limit_exceeded"}}',
      );
      return;
    }
    const [least, most] = delayMs;
    setTimeout(() => response.end(ANSWER), least + Math.random() * (most - least));
  }
}

const ANSWER = JSON.stringify({
  id: 'a',
  object: 'chat.completion',
  created: 1,
  model: 'a-model',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 },
});
