import type { Need, TokenRoom, Usage } from '../../../ledger/ledger.js';
import type { TokenUsage } from '../../../plugin/door/attempt.js';
import type { RequestSize } from '../../request.js';
import { Average } from './average.js';
import { RecentlyUsed } from './recently-used.js';

/** Bytes of an answer per token. */
const BYTES_PER_TOKEN = 4;
/** Tokens of an answer, before a target has given one. */
const FIRST_ANSWER = 512;
/** The same for windows of an hour and longer, if the caller's bound allows that much. */
const FIRST_LONG_ANSWER = 4_096;
/** A smaller prompt says more about rounding than about the tokeniser. */
const LEAST_INPUT = 20;
/** Targets whose estimates are kept. */
const MOST_TARGETS = 10_000;

/** The bound that is sent where the provider counts it beforehand, as a multiple of the longest recent answers. */
const BOUND_MARGIN = 4;
/** The smallest bound by that rule, and the bound before a target has given an answer. */
const LEAST_WIDE_BOUND = 1_024;
const FIRST_BOUND = 4_096;
/** A bound is never made smaller than this to fit a limit. */
const LEAST_BOUND = 256;

const NO_LIMIT: TokenRoom = { limit: Number.POSITIVE_INFINITY, left: Number.POSITIVE_INFINITY };

interface Calibration {
  /** Reported prompt tokens, as a share of the estimate from the size of the prompt. */
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
   * the most likely number. The caller's bound only limits what earlier answers suggest.
   * @param tokensLeft for a provider that counts the bound beforehand, what is left of its limits: the bound that is sent is
   * held, and it is smaller where less is left
   */
  need(
    target: string,
    { tokens, bound = Number.POSITIVE_INFINITY, choices = 1 }: RequestSize,
    tokensLeft?: number,
  ): Need {
    const known = this.#calibrations.get(target);
    const inputTokens = Math.ceil(tokens * (known?.inputRatio.high ?? 1));
    const likelyInput = Math.ceil(tokens * (known?.inputRatio.mean ?? 1));
    const mostInput = Math.ceil(tokens * (known?.inputRatio.most ?? 1));
    const output = (perChoice: number): number => Math.ceil(Math.min(bound, choices * perChoice));
    if (tokensLeft !== undefined) {
      const fitting = Math.floor((tokensLeft - inputTokens) / choices);
      const held = output(Math.min(wideBound(known), Math.max(tightBound(known), fitting)));
      return {
        inputTokens,
        tokens: inputTokens + held,
        leastTokens: likelyInput + output(LEAST_BOUND),
        mostTokens: mostInput + held,
      };
    }
    return {
      inputTokens,
      tokens: inputTokens + output(known?.output.high ?? FIRST_ANSWER),
      leastTokens: likelyInput + output(known?.output.mean ?? FIRST_ANSWER),
      mostTokens: mostInput + output(known?.output.most ?? (Number.isFinite(bound) ? FIRST_LONG_ANSWER : FIRST_ANSWER)),
    };
  }

  /**
   * Returns the bound to send for each choice where the provider counts it beforehand: more than answers of this target
   * cost, and no more than the caller's bound and what `need` held.
   * @param room what the limits of the target allow beside what is held
   */
  boundToSend(
    target: string,
    { tokens, bound = Number.POSITIVE_INFINITY, choices = 1 }: RequestSize,
    { limit, left }: TokenRoom = NO_LIMIT,
  ): number {
    const known = this.#calibrations.get(target);
    const most = Math.floor((limit - Math.ceil(tokens * (known?.inputRatio.high ?? 1))) / choices);
    // At least the tight bound is held.
    const fitting = Math.floor(left / choices) + tightBound(known);
    const wanted = Math.min(wideBound(known), Math.max(tightBound(known), fitting), most);
    return Math.min(bound / choices, Math.max(LEAST_BOUND, wanted));
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
  report(target: string, { tokens, choices = 1 }: RequestSize, { input, output }: Usage): void {
    const ratio = input >= LEAST_INPUT && tokens > 0 ? input / tokens : undefined;
    const perChoice = output / choices;
    const known = this.#calibrations.get(target);
    if (known === undefined) {
      this.#calibrations.set(target, { inputRatio: new Average(ratio ?? 1), output: new Average(perChoice) });
      return;
    }
    if (ratio !== undefined) known.inputRatio.add(ratio);
    known.output.add(perChoice);
  }

  #likelyInput(target: string, { tokens }: RequestSize): number {
    const ratio = this.#calibrations.get(target)?.inputRatio.mean ?? 1;
    return Math.ceil(tokens * ratio);
  }
}

/** Enough for nearly every answer. Less is not sent unless the limit itself is smaller. */
const tightBound = (known: Calibration | undefined): number =>
  known === undefined ? LEAST_WIDE_BOUND : Math.max(LEAST_BOUND, Math.ceil(known.output.most));

const wideBound = (known: Calibration | undefined): number =>
  known === undefined ? FIRST_BOUND : Math.max(LEAST_WIDE_BOUND, Math.ceil(BOUND_MARGIN * known.output.most));
