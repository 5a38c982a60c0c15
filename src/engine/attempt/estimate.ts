import type { Need, Usage } from '../../ledger/ledger.js';
import type { RequestSize } from '../request.js';

/** English text in the tokenisers in use: about four bytes a token. */
const BYTES_PER_TOKEN = 4;
/** What an answer costs, before a target has given one, where the caller sets no bound. */
const FIRST_ANSWER = 512;
/** Weight of the latest report in the running averages. */
const WEIGHT = 0.2;
/** How much of what was above average is forgotten with each report. */
const FADING = 0.001;
/** Reports of less say more about rounding than about the tokeniser. */
const LEAST_INPUT = 20;

/** Data inside a body, such as a picture: its bytes are no text. Shorter pieces may be words. */
const SHORTEST_EMBEDDED = 4_096;
const DATA_URL = /^data:[\w/+.-]{1,100};base64,/;
const NOT_BASE64 = /[^A-Za-z0-9+/=]/;
/** What one such costs: providers count some hundred to some thousand tokens. */
const EMBEDDED_BYTES = 1_000 * BYTES_PER_TOKEN;

/** Reads off a request's size; `text` is the body as it came. */
export const sizeOf = (body: Readonly<Record<string, unknown>>, text: string): RequestSize => {
  const bound = body.max_completion_tokens ?? body.max_tokens;
  return {
    bytes: Buffer.byteLength(text) - embeddedBytes(text),
    bound: typeof bound === 'number' && bound > 0 ? bound : undefined,
  };
};

/**
 * How many bytes of `text` are more than what its embedded data costs. Goes from quote to quote: one regular expression
 * for all of it runs out of stack at a few megabytes.
 */
const embeddedBytes = (text: string): number => {
  let bytes = 0;
  for (let start = text.indexOf('"'); start !== -1; ) {
    // Of all the quotes that are near the last one: no data fits in between.
    const near = text.lastIndexOf('"', start + SHORTEST_EMBEDDED);
    const end = near > start ? near : text.indexOf('"', start + 1);
    if (end - start > SHORTEST_EMBEDDED) {
      const piece = text.slice(start + 1, end);
      const data = piece.slice(DATA_URL.exec(piece)?.[0].length ?? 0);
      if (data.length >= SHORTEST_EMBEDDED && !NOT_BASE64.test(data)) bytes += piece.length - EMBEDDED_BYTES;
    }
    start = end;
  }
  return bytes;
};

/** A running average, and how far single reports lie from it. */
class Average {
  mean: number;
  #deviation: number;
  /** The largest report of late. */
  #largest: number;

  constructor(first: number) {
    this.mean = first;
    this.#deviation = first / 2;
    this.#largest = first;
  }

  add(value: number): void {
    this.#deviation += WEIGHT * (Math.abs(value - this.mean) - this.#deviation);
    this.mean += WEIGHT * (value - this.mean);
    this.#largest = Math.max(value, this.#largest - FADING * (this.#largest - this.mean));
  }

  /** Hardly ever exceeded: mean and deviation as TCP takes them for its timeouts (RFC 6298). */
  get high(): number {
    return this.mean + 4 * this.#deviation;
  }

  /** Above all that was seen of late: a run of small reports, which brings the average down, is no promise. */
  get most(): number {
    return Math.max(this.high, this.#largest + this.#deviation);
  }
}

interface Calibration {
  /** Reported prompt tokens, as a share of what their bytes would have made us think. */
  readonly inputRatio: Average;
  /** Tokens of an answer. */
  readonly output: Average;
}

/** What requests will cost each target, learned from what they did cost. Outlives a reload. */
export class Estimates {
  readonly #calibrations = new Map<string, Calibration>();

  /** `tokens` is hardly ever exceeded, `mostTokens` even less, `leastTokens` is what it will most likely be. */
  need(target: string, { bytes, bound }: RequestSize): Need {
    const known = this.#calibrations.get(target);
    const plain = bytes / BYTES_PER_TOKEN;
    const inputTokens = Math.ceil(plain * (known?.inputRatio.high ?? 1));
    const likelyInput = Math.ceil(plain * (known?.inputRatio.mean ?? 1));
    const mostInput = Math.ceil(plain * (known?.inputRatio.most ?? 1));
    const output = Math.ceil(bound ?? known?.output.high ?? FIRST_ANSWER);
    const likelyOutput = Math.ceil(Math.min(bound ?? Number.POSITIVE_INFINITY, known?.output.mean ?? FIRST_ANSWER));
    const mostOutput = Math.ceil(bound ?? known?.output.most ?? FIRST_ANSWER);
    return {
      inputTokens,
      tokens: inputTokens + output,
      leastTokens: likelyInput + likelyOutput,
      mostTokens: mostInput + mostOutput,
    };
  }

  /** What a request has cost most likely, where its provider does not say. */
  likely(target: string, size: RequestSize): Usage {
    const { leastTokens = 0 } = this.need(target, size);
    const ratio = this.#calibrations.get(target)?.inputRatio.mean ?? 1;
    const input = Math.ceil((size.bytes / BYTES_PER_TOKEN) * ratio);
    return { input, output: leastTokens - input };
  }

  /** A target has reported what a request of this size cost. */
  report(target: string, { bytes }: RequestSize, { input, output }: Usage): void {
    const plain = bytes / BYTES_PER_TOKEN;
    const ratio = input >= LEAST_INPUT && plain > 0 ? input / plain : undefined;
    const known = this.#calibrations.get(target);
    if (known === undefined) {
      this.#calibrations.set(target, { inputRatio: new Average(ratio ?? 1), output: new Average(output) });
      return;
    }
    if (ratio !== undefined) known.inputRatio.add(ratio);
    known.output.add(output);
  }
}
