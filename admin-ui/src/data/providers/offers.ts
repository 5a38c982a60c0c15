import type { ProviderTypeView, ProviderView } from '../../../../src/contract/admin-configuration.js';
import { counted } from '../format.js';

const TRAINING: Readonly<Record<ProviderTypeView['training']['posture'], string>> = {
  no: 'Does not train on requests.',
  may: 'May train on requests.',
  unknown: 'Says nothing about training on requests.',
};

/** Whether a provider trains on requests, with what that depends on. */
export const trainingWords = ({ posture, note }: ProviderTypeView['training']): string =>
  note === undefined ? TRAINING[posture] : `${TRAINING[posture]} ${note}`;

/** `about 2 minutes`; empty if it is unknown. */
export const keyTime = ({ keyMinutes }: ProviderTypeView): string =>
  keyMinutes === undefined ? '' : `about ${counted(keyMinutes, 'minute')}`;

/** A group of provider types for a person who chooses one. */
interface TypeGroup {
  readonly title: string;
  readonly text: string;
  readonly holds: (type: ProviderTypeView) => boolean;
}

/** A type is in the first group that holds for it. */
const GROUPS: readonly TypeGroup[] = [
  {
    title: 'Free keys',
    text: 'These give a key for free and without a card. Each one adds much more than providers without a key.',
    holds: ({ needsCard, needsKey, keyUrl }) => needsCard === false && needsKey && keyUrl !== undefined,
  },
  {
    title: 'Without a key',
    text: 'These answer without a key. With one, some allow more, and some charge.',
    holds: ({ keyless }) => keyless,
  },
  {
    title: 'Your own server',
    text: 'No limit but the machine.',
    holds: ({ needsKey, keyUrl }) => !needsKey && keyUrl === undefined,
  },
  { title: 'Others', text: 'These need a card, or are not free.', holds: () => true },
];

/** The provider types in groups, without empty ones. */
export const groupsOf = (
  types: readonly ProviderTypeView[],
): readonly (TypeGroup & { readonly types: readonly ProviderTypeView[] })[] =>
  GROUPS.map((group) => ({
    ...group,
    types: types.filter((type) => GROUPS.find(({ holds }) => holds(type)) === group),
  })).filter((group) => group.types.length > 0);

/** The next provider type after `type` that gives a free key and of which there is no provider yet. */
export const nextFreeKey = (
  type: string,
  types: readonly ProviderTypeView[],
  providers: readonly ProviderView[],
): ProviderTypeView | undefined => {
  const free = types.filter((each) => GROUPS[0]?.holds(each));
  const place = free.findIndex((each) => each.type === type);
  return [...free.slice(place + 1), ...free.slice(0, Math.max(place, 0))].find(
    (each) => !providers.some((provider) => provider.type === each.type),
  );
};
