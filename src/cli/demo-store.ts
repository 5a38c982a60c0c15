import { join } from 'node:path';
import { printConfiguration } from '../config/edit/print.js';
import { memoryStore, type SettingsStore } from '../config/source/store.js';
import type { DemoWorld } from '../demo/world.js';
import type { Log } from '../log.js';
import type { CommandLine } from './options.js';

/** A folder of its own: what was simulated must not count among what a real proxy did. */
export const DEMO_DATA = join('.429chain', 'demo');

/** The configuration of `--demo`: that of its simulated providers, as if it were in a file, until the process ends. */
export const demoStore = ({ settings }: DemoWorld, { options }: CommandLine, log: Log): SettingsStore =>
  memoryStore(printConfiguration(settings), { env: process.env, log, dataDir: options['data-dir'] ?? DEMO_DATA });
