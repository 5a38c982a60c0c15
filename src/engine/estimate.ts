import type { Need, Usage } from '../ledger/ledger.js';

/** English text in the tokenisers in use: about four bytes a token. */
const BYTES_PER_TOKEN = 4;
/** What an answer costs, before a target has given one, where the caller sets no bound. */
const FIRST_ANSWER = 512;
/** Weight of the latest report in the running averages. */
const WEIGHT = 0.2;
/** Reports of less say more about rounding than about the tokeniser. */
const LEAST_INPUT = 20;

/** How large a request is, as far as the body itself tells. */
export interface RequestSize {
  /** Bytes of its text; pictures and sound inside it are left out. */
  readonly bytes: number;
  /** The most tokens that the caller wants back. */
  readonly bound?: number | undefined;
}

/** Data inside a body, such as a picture: its bytes are no text. */
const EMBEDDED = /"(?:data:[\w/+.-]+;base64,)?[A-Za-z0-9+/]{4096,}={0,2}"/g;
/** What one such costs: providers count some hundred to some thousand tokens. */
const EMBEDDED_BYTES = 1_000 * BYTES_PER_TOKEN;

/** Reads off a request's size; `text` is the body as it came. */
export const sizeOf = (body: Readonly<Record<string, unknown>>, text: string): RequestSize => {
  const bound = body.max_completion_tokens ?? body.max_tokens;
  const plain = text.length < 4_096 ? text : text.replace(EMBEDDED, () => 'x'.repeat(EMBEDDED_BYTES));
  return {
    bytes: Buffer.byteLength(plain),
    bound: typeof bound === 'number' && bound > 0 ? bound : undefined,
  };
};

interface Calibration {
  /** Reported prompt tokens, as a share of what their bytes would have made us think. */
  inputRatio: number;
  /** Tokens of an answer. */
  output: number;
}

/** What requests will cost each target, learned from what they did cost. Outlives a reload. */
export class Estimates {
  readonly #calibrations = new Map<string, Calibration>();

  /** `tokens` is what may be used at most as far as is known, `leastTokens` what it is most likely to be. */
  need(target: string, { bytes, bound }: RequestSize): Need {
    const { inputRatio, output } = this.#calibrations.get(target) ?? { inputRatio: 1, output: FIRST_ANSWER };
    const inputTokens = Math.ceil((bytes / BYTES_PER_TOKEN) * inputRatio);
    const likely = Math.ceil(bound === undefined ? output : Math.min(bound, output));
    return { inputTokens, tokens: inputTokens + (bound ?? likely), leastTokens: inputTokens + likely };
  }

  /** A target has reported what a request of this size cost. */
  report(target: string, { bytes }: RequestSize, { input, output }: Usage): void {
    const estimated = bytes / BYTES_PER_TOKEN;
    const known = this.#calibrations.get(target);
    const ratio = input >= LEAST_INPUT && estimated > 0 ? input / estimated : (known?.inputRatio ?? 1);
    if (known === undefined) {
      this.#calibrations.set(target, { inputRatio: ratio, output });
      return;
    }
    known.inputRatio += WEIGHT * (ratio - known.inputRatio);
    known.output += WEIGHT * (output - known.output);
  }
}
