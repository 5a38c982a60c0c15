import { ChainError } from '../../plugin/door/errors.js';
import type { Edit } from '../edit/edit.js';
import { type Environment, isGiven } from '../env.js';
import { withVariables } from './dot-env.js';
import type { Texts } from './medium.js';

/** What is to become of a configuration: a new text, edits of it, or both in this order. */
export interface Change {
  readonly text?: string;
  /** Only for a file in which nothing is wrong. */
  readonly edits?: readonly Edit[];
  /** Variables for the `.env` beside the file, by name. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/**
 * The texts that `change` makes of those `before`, its edits left aside.
 * @param env the variables that go before those of `.env`
 * @throws ChainError `invalid_request` for variables that cannot be kept or would be hidden
 */
export const changed = (before: Texts, { text = before.text, secrets = {} }: Change, env: Environment): Texts => {
  for (const [name, value] of Object.entries(secrets)) {
    if (!isGiven(env, name) || env[name]?.trim() === value.trim()) continue;
    const message = `${name} is set in the environment of 429chain, which goes before .env. Change it there, or use another name.`;
    throw new ChainError('invalid_request', message, { param: name });
  }
  return { text, dotEnv: withVariables(before.dotEnv, secrets) };
};
