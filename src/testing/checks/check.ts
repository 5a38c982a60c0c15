import type { Answered, Bench, Fields } from '../bench.js';
import { must } from '../bench.js';

/** One thing that the waterfall needs of a provider type. */
export interface Check {
  /** A sentence about what the provider type does. */
  readonly name: string;
  /** @throws Error that says in plain words why it does not */
  run(bench: Bench): Promise<void>;
}

/** The first choice of a whole answer. */
export const choiceOf = ({ status, text, body }: Answered): Fields => {
  must(status === 200, `The caller got status ${status}: ${text.slice(0, 300)}`);
  const [choice] = (Array.isArray(body.choices) ? body.choices : []) as Fields[];
  must(choice !== undefined, `The answer has no choices: ${text.slice(0, 300)}`);
  return choice;
};

export const messageOf = (answered: Answered): Fields => (choiceOf(answered).message ?? {}) as Fields;

/** @throws Error when `found` is another value */
export const same = (what: string, found: unknown, wanted: unknown): void => {
  const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
  must(one === other, `${what} is ${one ?? 'missing'}, and should be ${other}.`);
};

/** @throws Error when what was sent to the provider has not `part` */
export const sends = ({ sent }: Bench, what: string, part: string): void =>
  must(sent.includes(part), `The request has not ${what} (${part}): ${sent.slice(0, 500)}`);
