import type { ChainRules } from './settings.js';

/** The settings of a chain or of the server that make rules. */
export interface RuleSettings {
  readonly free?: 'only' | 'any';
  readonly privacy?: 'no-training' | 'any';
}

/**
 * Returns the rules that settings make; `undefined` if they make none. Where one is absent, the rule of `outer` holds.
 * @param path where the settings are, such as `chains.fast`
 */
export const rulesBy = (
  { free, privacy }: RuleSettings,
  outer: ChainRules | undefined,
  path: string,
): ChainRules | undefined => {
  const freeOnly = free === undefined ? outer?.freeOnly : free === 'only' ? `${path}.free` : undefined;
  const noTraining =
    privacy === undefined ? outer?.noTraining : privacy === 'no-training' ? `${path}.privacy` : undefined;
  if (freeOnly === undefined && noTraining === undefined) return undefined;
  return { ...(freeOnly === undefined ? {} : { freeOnly }), ...(noTraining === undefined ? {} : { noTraining }) };
};
