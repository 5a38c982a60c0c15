import { variableIn } from '../config/env.js';
import { parseSettings } from '../config/source/load.js';
import type { Prompt } from './prompt.js';
import { askAll, buildForTrial, type Reports, wordsFor } from './provider-trial.js';
import { tableOf } from './table.js';

/** Keys by the names of their variables. */
export type Keys = Readonly<Record<string, string>>;

/**
 * Asks the providers of a configuration whether they take these keys, and says what came of it. One that is refused may be
 * typed again, by `retype`, which resolves with nothing where it is to stay.
 * @returns the keys as they are then
 */
export const tryKeys = async (
  text: string,
  keys: Keys,
  prompt: Pick<Prompt, 'say' | 'during'>,
  retype: (name: string) => Promise<string>,
): Promise<Keys> => {
  prompt.say('Asking the providers whether they take them …');
  const reports = await prompt.during(reportsOf(text, keys));
  prompt.say(tableOf([...reports].map(([name, report]) => [name, report.state, wordsFor(report)])));
  const again: Record<string, string> = {};
  for (const [name, { state }] of reports) {
    const key = state === 'key refused' ? await retype(name) : '';
    if (key !== '') again[name] = key;
  }
  return Object.keys(again).length === 0 ? keys : { ...keys, ...(await tryKeys(text, again, prompt, retype)) };
};

/** What the provider of each key says, by the name of its variable. Those without one of these keys are not asked. */
const reportsOf = async (text: string, keys: Keys): Promise<Reports> => {
  const parsed = parseSettings(text, { env: keys });
  if (!parsed.ok) return new Map();
  const candidate = await buildForTrial(parsed.settings, []);
  const { providers = {} } = parsed.settings.written ?? {};
  const variableOf = (id: string): string => variableIn(providers[id]?.apiKey ?? '') ?? id;
  const reports = [...(await askAll(candidate))].filter(([, { state }]) => state !== 'unconfigured');
  return new Map(reports.map(([id, report]) => [variableOf(id), report]));
};
