import { store, stored, thisTab } from './browser/stored.js';
export const STEPS = ['type', 'key', 'models', 'try', 'connect'] as const;

export type Step = (typeof STEPS)[number];

/** The progress of the Welcome page. It survives a reload, and never contains a key. */
export interface Progress {
  /** The chosen provider type. */
  readonly type?: string | undefined;
  /** The id of the saved provider. */
  readonly provider?: string | undefined;
  /** The targets for the chain in their order; absent before the first choice. */
  readonly chosen?: readonly string[] | undefined;
  /** The saved chain. */
  readonly chain?: string | undefined;
}

const KEPT_AS = '429chain.welcome';

/** The parts of the progress that are kept in the address. Another tab with the same address shows the same step. */
const IN_ADDRESS = ['type', 'provider', 'chain'] as const;

/** Reads the progress that this tab keeps, and what an address such as `?step=models&provider=groq` says of it. */
export const keptProgress = (search: string): Progress => {
  const address = new URLSearchParams(search);
  const given = IN_ADDRESS.flatMap((name) => {
    const value = address.get(name);
    return value === null ? [] : [[name, value]];
  });
  return { ...stored<Progress>(thisTab, KEPT_AS), ...Object.fromEntries(given) };
};

/** The address of a step, with the progress that it needs. */
export const addressOf = (step: Step, progress: Progress): string => {
  const address = new URLSearchParams({ step });
  for (const name of IN_ADDRESS) {
    const value = progress[name];
    if (value !== undefined && step !== 'type') address.set(name, value);
  }
  return `?${address}`;
};

export const keepProgress = (progress: Progress): void => void store(thisTab, KEPT_AS, progress);

/** The part of the progress that each step requires. */
const NEEDS: Readonly<Record<Step, keyof Progress | undefined>> = {
  type: undefined,
  key: 'type',
  models: 'provider',
  try: 'chain',
  connect: 'chain',
};

export const isReached = (step: Step, progress: Progress): boolean => {
  const needed = NEEDS[step];
  return needed === undefined || progress[needed] !== undefined;
};

/** The step of an address such as `?step=models`, or the last reached step before it. */
export const stepOf = (search: string, progress: Progress): Step => {
  const asked = STEPS.indexOf(new URLSearchParams(search).get('step') as Step);
  return STEPS.slice(0, asked + 1).findLast((step) => isReached(step, progress)) ?? 'type';
};
