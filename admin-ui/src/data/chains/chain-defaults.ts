import type { ChainSettingsView, Timeouts } from '../../../../src/contract/admin-configuration.js';
import { durationMs } from '../durations.js';

/** The defaults if target, chain and provider set nothing. */
export const DEFAULT_TIMEOUTS: Required<Timeouts> = { connect: '10s', firstToken: '60s', idle: '60s', total: '10m' };

type SettingWithDefault = 'maxWait' | 'patience' | 'retries' | 'resume' | 'onModeration';

/** The defaults of a chain's settings. `free` and `privacy` are the server's by default. */
export const CHAIN_DEFAULTS: Required<Pick<ChainSettingsView, SettingWithDefault>> = {
  maxWait: '30s',
  patience: '0s',
  retries: 0,
  resume: true,
  onModeration: 'return',
};

/** A setting of a chain that the admin edits, or one of its timeouts. */
export type ChainSetting = SettingWithDefault | 'free' | 'privacy' | keyof Timeouts;

/** The settings that differ from their default. A duration is the same however it is written. */
export const differing = ({
  timeouts = {},
  resumeInstruction: _,
  sameVectors: __,
  ...settings
}: ChainSettingsView): readonly ChainSetting[] => {
  const defaults: Readonly<Record<string, unknown>> = { ...CHAIN_DEFAULTS, ...DEFAULT_TIMEOUTS };
  return Object.entries({ ...settings, ...timeouts }).flatMap(([key, value]) =>
    value === undefined || comparable(value) === comparable(defaults[key]) ? [] : [key as ChainSetting],
  );
};

const comparable = (value: unknown): unknown => (typeof value === 'string' ? (durationMs(value) ?? value) : value);
