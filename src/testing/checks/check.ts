import type { Bench, Fields, ProxyResponse } from '../bench.js';
import { must } from '../bench.js';

/** A check of one thing that 429chain needs from a provider type. */
export interface Check {
  /** A sentence about what the provider type does. */
  readonly name: string;
  /** @throws Error with the reason if the check fails */
  run(bench: Bench): Promise<void>;
}

/** The first choice of a whole answer. */
export const choiceOf = ({ status, text, body }: ProxyResponse): Fields => {
  must(status === 200, `The client got status ${status}: ${text.slice(0, 300)}`);
  const [choice] = (Array.isArray(body.choices) ? body.choices : []) as Fields[];
  must(choice !== undefined, `The answer has no choices: ${text.slice(0, 300)}`);
  return choice;
};

/** The message of the first choice. */
export const messageOf = (answered: ProxyResponse): Fields => (choiceOf(answered).message ?? {}) as Fields;

/** @throws Error if `found` differs from `wanted` */
export const same = (what: string, found: unknown, wanted: unknown): void => {
  const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
  must(one === other, `${what} is ${one ?? 'missing'}, and should be ${other}.`);
};

/** @throws Error if the last request to the provider does not contain `part` */
export const sends = ({ sent }: Bench, what: string, part: string): void =>
  must(sent.includes(part), `The request lacks ${what} (${part}): ${sent.slice(0, 500)}`);
