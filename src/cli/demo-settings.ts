import { parseSettings } from '../config/load.js';
import type { Settings } from '../config/settings.js';
import { InvalidConfiguration } from '../config/store.js';
import type { DemoWorld } from '../demo/world.js';
import type { CommandLine } from './options.js';

/** The settings of `--demo`: those of its simulated providers, as if they were in a file. */
export const demoSettings = ({ settings }: DemoWorld, { options }: CommandLine): Settings => {
  const parsed = parseSettings(JSON.stringify(settings), { env: process.env, dataDir: options['data-dir'] });
  if (!parsed.ok) throw new InvalidConfiguration(parsed.problems);
  return parsed.settings;
};
