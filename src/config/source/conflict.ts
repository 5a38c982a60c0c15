import { createHash } from 'node:crypto';
import { parseEnv } from 'node:util';
import { ChainError } from '../../plugin/door/errors.js';
import type { Change } from './change.js';
import type { Texts } from './medium.js';
import { DOT_ENV, type Sources } from './sources.js';

/** What a save starts from. */
export interface Base {
  readonly revision: string;
  /** The text of `.env` when the save began. */
  readonly dotEnv: string;
}

/** Identifies the text of a configuration. */
export const revisionOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 16);

/**
 * The texts on disk, which `change` may replace. Other variables of `.env` may have changed.
 * @param name of the configuration, for the message
 * @throws ChainError `configuration_changed` if the text, or a variable that `change` sets, is not that of `base`
 */
export const unchangedTexts = (sources: Sources, base: Base, { secrets = {} }: Change, name: string): Texts => {
  if (!sources.ok || revisionOf(sources.text) !== base.revision) throw changed(name);
  const [before, now] = [parseEnv(base.dotEnv), parseEnv(sources.dotEnv)];
  for (const [variable, value] of Object.entries(secrets)) {
    if (now[variable] !== before[variable] && now[variable] !== value) throw changed(`${variable} in ${DOT_ENV}`);
  }
  return { text: sources.text, dotEnv: sources.dotEnv };
};

const changed = (what: string): ChainError =>
  new ChainError(
    'configuration_changed',
    `${what} was changed in the meantime, so nothing was saved. Read it again, then repeat your change.`,
  );
