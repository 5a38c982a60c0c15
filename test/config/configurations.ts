import { expect } from 'chai';
import type { Environment } from '../../src/config/env.js';
import type { Problem, Settings } from '../../src/config/settings.js';
import { type ParseOptions, parseSettings } from '../../src/config/source/load.js';

export const FILE = '/etc/429chain/429chain.json5';

/** The smallest valid configuration. */
export const MINIMAL = {
  providers: { groq: { type: 'groq' } },
  chains: { default: ['groq/openai/gpt-oss-120b'] },
};

/** The settings of a configuration. Fails the test if it is invalid. */
export const settingsOf = (
  configuration: object,
  env: Environment = {},
  options: Partial<ParseOptions> = {},
): Settings => {
  const result = parseSettings(JSON.stringify(configuration), { file: FILE, env, ...options });
  if (!result.ok) expect.fail(result.problems.map(({ message }) => message).join('\n'));
  return result.settings;
};

/** The problems of a configuration. Fails the test if it is valid. */
export const problemsOf = (configuration: object, env: Environment = {}): readonly Problem[] => {
  const result = parseSettings(JSON.stringify(configuration), { file: FILE, env });
  if (result.ok) expect.fail('the configuration has no problems');
  return result.problems;
};
