import type { ServerResponse } from 'node:http';
import type { Chain, Target } from './lean-chain.js';
import { nameOf, Relayed, textOf } from './relayed.js';

/** What came of one attempt at a target. */
export interface Outcome {
  readonly status: number;
  /** The target refused with a 429, and nothing was sent to the caller. */
  readonly refused: boolean;
  readonly usage?: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly total_tokens: number;
  };
}

const USAGE = Buffer.from('"usage":{');
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, '': 1_000 };
const DEFAULT_REST_MS = 60_000;

/** `1h2m3s` and `3` in ms. */
const spanOf = (text: string): number => {
  let ms = 0;
  for (const [, amount, unit = ''] of text.matchAll(/([\d.]+)(ms|h|m|s|)/g)) ms += Number(amount) * (UNITS[unit] ?? 0);
  return ms;
};

/** Reads the usage from the end of an answer. */
const usageIn = (bytes: Buffer): Outcome['usage'] => {
  const at = bytes.lastIndexOf(USAGE);
  if (at === -1) return undefined;
  const start = at + USAGE.length - 1;
  try {
    return JSON.parse(bytes.toString('latin1', start, bytes.indexOf('}', start) + 1)) as Outcome['usage'];
  } catch {
    return undefined;
  }
};

/** Relays one answer, and reads limits and usage from it. */
class Exchange extends Relayed {
  readonly #chain: Chain;
  readonly #target: Target;
  readonly #attempts: number;
  readonly #over: (outcome: Outcome) => void;
  #status = 0;
  #last: Buffer | undefined;
  #beforeLast: Buffer | undefined;

  constructor(res: ServerResponse, chain: Chain, target: Target, attempts: number, over: (outcome: Outcome) => void) {
    super(res);
    this.#chain = chain;
    this.#target = target;
    this.#attempts = attempts;
    this.#over = over;
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void): boolean {
    this.#status = status;
    const headers: string[] = [];
    let rest = '';
    for (let at = 0; at < raw.length; at += 2) {
      const name = nameOf(raw, at);
      const value = textOf(raw, at);
      if (name === 'x-ratelimit-remaining-requests') this.#target.requestsLeft = Number(value);
      else if (name === 'x-ratelimit-remaining-tokens') this.#target.tokensLeft = Number(value);
      else if (name === 'retry-after') rest = value;
      if (!name.startsWith('x-ratelimit-')) this.pass(name, value, headers);
    }
    if (status === 429) {
      this.#target.requestsLeft = Number.POSITIVE_INFINITY;
      this.#chain.rest(this.#target, Date.now() + (spanOf(rest) || DEFAULT_REST_MS));
      return true;
    }
    headers.push('x-lean-target', this.#target.id, 'x-lean-attempts', String(this.#attempts));
    return this.begin(status, headers, resume);
  }

  override onData(data: Buffer): boolean {
    if (this.#status === 429) return true;
    this.#beforeLast = this.#last;
    this.#last = data;
    return super.onData(data);
  }

  onComplete(): void {
    if (this.#status === 429) {
      this.#over({ status: 429, refused: true });
      return;
    }
    this.finish();
    const last = this.#last ?? Buffer.alloc(0);
    const usage = usageIn(last) ?? usageIn(Buffer.concat([this.#beforeLast ?? Buffer.alloc(0), last]));
    this.#target.tokensUsed += usage?.total_tokens ?? 0;
    this.#over(
      usage === undefined ? { status: this.#status, refused: false } : { status: this.#status, refused: false, usage },
    );
  }

  onError(): void {
    this.break();
    this.#over({ status: 502, refused: false });
  }
}

/** Asks a target, and relays what it answers unless it refuses with a 429. */
export const ask = (
  res: ServerResponse,
  chain: Chain,
  target: Target,
  attempts: number,
  body: Buffer,
): Promise<Outcome> =>
  new Promise((resolve) => {
    const { pool, path, headers } = target;
    const exchange = new Exchange(res, chain, target, attempts, resolve);
    pool.dispatch({ path, method: 'POST', headers: headers as string[], body }, exchange);
  });
