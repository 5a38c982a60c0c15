import { printConfiguration } from '../config/print.js';
import { memoryStore, type SettingsStore } from '../config/store.js';
import type { DemoWorld } from '../demo/world.js';
import type { Log } from '../log.js';
import type { CommandLine } from './options.js';

/** The configuration of `--demo`: that of its simulated providers, as if it were in a file, until the process ends. */
export const demoStore = ({ settings }: DemoWorld, { options }: CommandLine, log: Log): SettingsStore =>
  memoryStore(printConfiguration(settings), { env: process.env, log, dataDir: options['data-dir'] });
