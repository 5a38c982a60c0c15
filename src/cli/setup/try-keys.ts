import { writtenKeysOf } from '../../config/api-keys.js';
import { variableIn } from '../../config/env.js';
import { splitKey } from '../../config/keyed-name.js';
import { parseSettings } from '../../config/source/load.js';
import { askProviders, buildCandidate, detailOf, type Reports } from '../provider-reports.js';
import type { Prompt } from '../terminal/prompt.js';
import { tableOf } from '../terminal/table.js';

/** Keys by the names of their variables. */
export type Keys = Readonly<Record<string, string>>;

/**
 * Tries `keys` at the providers of a configuration and shows the results. Calls `retype` for each rejected key, and
 * tries the new one; an empty text keeps the old one.
 * @param text the configuration
 * @returns `keys`, with the retyped ones
 */
export const tryKeys = async (
  text: string,
  keys: Keys,
  prompt: Pick<Prompt, 'say' | 'during'>,
  retype: (name: string) => Promise<string>,
): Promise<Keys> => {
  prompt.say('Trying the keys …');
  const reports = await prompt.during(reportsOf(text, keys));
  prompt.say(tableOf([...reports].map(([name, report]) => [name, report.state, detailOf(report)])));
  const retyped: Record<string, string> = {};
  for (const [name, { state }] of reports) {
    const key = state === 'key refused' ? await retype(name) : '';
    if (key !== '') retyped[name] = key;
  }
  return Object.keys(retyped).length === 0 ? keys : { ...keys, ...(await tryKeys(text, retyped, prompt, retype)) };
};

/** The report of each provider that has one of `keys`, by the key's variable. Other providers are not asked. */
const reportsOf = async (text: string, keys: Keys): Promise<Reports> => {
  const parsed = parseSettings(text, { env: keys });
  if (!parsed.ok) return new Map();
  const candidate = await buildCandidate(parsed.settings, []);
  const { providers = {} } = parsed.settings.written ?? {};
  const variableOf = (id: string): string => {
    const { configured, label } = splitKey(id);
    const key = writtenKeysOf(providers[configured] ?? {}).find(
      (each) => label === undefined || each.label === label,
    )?.key;
    return variableIn(key ?? '') ?? id;
  };
  const reports = [...(await askProviders(candidate))].filter(([, { state }]) => state !== 'unconfigured');
  return new Map(reports.map(([id, report]) => [variableOf(id), report]));
};
