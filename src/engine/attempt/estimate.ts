import type { Need, Usage } from '../../ledger/ledger.js';
import type { TokenUsage } from '../../plugin/door/attempt.js';
import type { RequestSize } from '../request.js';
import { Average } from './average.js';
import { RecentlyUsed } from './recently-used.js';

/** Bytes of English text per token, in the tokenisers that are in use. */
const BYTES_PER_TOKEN = 4;
/** Tokens of an answer, before a target has given one and where the caller sets no bound. */
const FIRST_ANSWER = 512;
/** A smaller prompt says more about rounding than about the tokeniser. */
const LEAST_INPUT = 20;
/** Targets whose estimates are kept. */
const MOST_TARGETS = 10_000;

interface Calibration {
  /** Reported prompt tokens, as a share of what the size of the prompt suggested. */
  readonly inputRatio: Average;
  /** Tokens of one choice of an answer. */
  readonly output: Average;
}

/** Estimates what requests cost each target, from what earlier ones cost. Outlives a reload of the configuration. */
export class Estimates {
  readonly #calibrations: RecentlyUsed<string, Calibration>;

  /** Forgets the least recently used target beyond `mostTargets`. */
  constructor(mostTargets = MOST_TARGETS) {
    this.#calibrations = new RecentlyUsed(mostTargets);
  }

  /**
   * Returns the tokens to hold for a request. `tokens` is hardly ever exceeded, `mostTokens` even less; `leastTokens` is
   * the most likely number.
   */
  need(target: string, { bytes, bound, choices = 1 }: RequestSize): Need {
    const known = this.#calibrations.get(target);
    const plain = bytes / BYTES_PER_TOKEN;
    const inputTokens = Math.ceil(plain * (known?.inputRatio.high ?? 1));
    const likelyInput = Math.ceil(plain * (known?.inputRatio.mean ?? 1));
    const mostInput = Math.ceil(plain * (known?.inputRatio.most ?? 1));
    const output = Math.ceil(bound ?? choices * (known?.output.high ?? FIRST_ANSWER));
    const likelyOutput = Math.ceil(
      Math.min(bound ?? Number.POSITIVE_INFINITY, choices * (known?.output.mean ?? FIRST_ANSWER)),
    );
    const mostOutput = Math.ceil(bound ?? choices * (known?.output.most ?? FIRST_ANSWER));
    return {
      inputTokens,
      tokens: inputTokens + output,
      leastTokens: likelyInput + likelyOutput,
      mostTokens: mostInput + mostOutput,
    };
  }

  /** Returns the most likely usage of a request whose provider did not report it. */
  likely(target: string, size: RequestSize): Usage {
    const { leastTokens = 0 } = this.need(target, size);
    const input = this.#likelyInput(target, size);
    return { input, output: leastTokens - input };
  }

  /** Returns the usage of a stream whose provider did not report it: the prompt, and the text that came. */
  seen(target: string, size: RequestSize, textBytes: number): TokenUsage {
    const output = Math.ceil(textBytes / BYTES_PER_TOKEN);
    return { input: this.#likelyInput(target, size), output, estimated: true };
  }

  /** Learns from what a target reported for a request of this size. */
  report(target: string, { bytes, choices = 1 }: RequestSize, { input, output }: Usage): void {
    const plain = bytes / BYTES_PER_TOKEN;
    const ratio = input >= LEAST_INPUT && plain > 0 ? input / plain : undefined;
    const perChoice = output / choices;
    const known = this.#calibrations.get(target);
    if (known === undefined) {
      this.#calibrations.set(target, { inputRatio: new Average(ratio ?? 1), output: new Average(perChoice) });
      return;
    }
    if (ratio !== undefined) known.inputRatio.add(ratio);
    known.output.add(perChoice);
  }

  #likelyInput(target: string, { bytes }: RequestSize): number {
    const ratio = this.#calibrations.get(target)?.inputRatio.mean ?? 1;
    return Math.ceil((bytes / BYTES_PER_TOKEN) * ratio);
  }
}
