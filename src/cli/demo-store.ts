import { join } from 'node:path';
import { printConfiguration } from '../config/edit/print.js';
import { memoryStore, type SettingsStore } from '../config/source/store.js';
import type { DemoWorld } from '../demo/world.js';
import type { Log } from '../log.js';
import type { CommandLine } from './options.js';

/** The demo has its own data folder, so that simulated requests do not appear in the statistics of a real proxy. */
export const DEMO_DATA = join('.429chain', 'demo');

/** The configuration of `--demo`, with its simulated providers. Changes are lost when the process ends. */
export const demoStore = ({ settings }: DemoWorld, { options }: CommandLine, log: Log): SettingsStore =>
  memoryStore(printConfiguration(settings), { env: process.env, log, dataDir: options['data-dir'] ?? DEMO_DATA });
