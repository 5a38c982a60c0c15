import { ChainError } from '../../plugin/door/errors.js';
import type { Edit } from '../edit/edit.js';
import { type Environment, isVariableSet } from '../env.js';
import { withVariables } from './dot-env.js';
import type { Texts } from './medium.js';

/** A change of the configuration: a new text, edits, or a new text with edits applied to it. */
export interface Change {
  readonly text?: string;
  /** Allowed only if the current file is valid. */
  readonly edits?: readonly Edit[];
  /** Variables to set in the `.env` beside the file, by name. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/**
 * Applies a change without its edits.
 * @param env the environment, which overrides `.env`
 * @throws ChainError `invalid_request` for variables that `.env` cannot store or that `env` overrides
 */
export const applyTextAndSecrets = (
  before: Texts,
  { text = before.text, secrets = {} }: Change,
  env: Environment,
): Texts => {
  for (const [name, value] of Object.entries(secrets)) {
    if (!isVariableSet(env, name) || env[name]?.trim() === value.trim()) continue;
    const message = `${name} is set in the environment of 429chain, which overrides .env. Change it there, or use another name.`;
    throw new ChainError('invalid_request', message, { param: name });
  }
  return { text, dotEnv: withVariables(before.dotEnv, secrets) };
};
