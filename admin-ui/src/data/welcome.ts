import type { ChainView, ChainWritten, Saved } from '../../../src/contract/admin-configuration.js';
import { call } from './server/client.js';
import { type Held, save } from './server/saving.js';

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

export const keptProgress = (): Progress => JSON.parse(sessionStorage.getItem(KEPT_AS) ?? '{}') as Progress;

export const keepProgress = (progress: Progress): void => sessionStorage.setItem(KEPT_AS, JSON.stringify(progress));

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

/** The chain that the Welcome page fills: the default chain, which may not exist yet. */
export interface FirstChain {
  readonly name: string;
  readonly held: Held<ChainView>;
}

/** @throws ApiError */
export const loadFirstChain = async (): Promise<FirstChain> => {
  const { chains, defaultChain = 'default', revision } = await call('GET /chains');
  return { name: defaultChain, held: { revision, value: chains.find(({ name }) => name === defaultChain) } };
};

/** Saves these targets in this order and keeps all other settings. @throws ConflictError · ApiError */
export const saveFirstChain = ({ name, held }: FirstChain, targets: readonly string[]): Promise<Saved> => {
  const { name: _, ...settings } = held.value ?? { name, targets: [] };
  const body: ChainWritten = {
    ...settings,
    targets: targets.map((target) => settings.targets.find((each) => each.target === target) ?? { target }),
  };
  return save('PUT /chains/:name', { params: { name }, body }, held, async () => (await loadFirstChain()).held);
};
