import type { ProviderTypeView } from '../../contract/admin-configuration.js';
import type { Running } from '../parts.js';

/** The provider types of all plugins, in the order in which they were added. */
export const providerTypes = ({ host }: Running): readonly ProviderTypeView[] =>
  host.types.all.map(({ name, plugin, type: { about, baseUrl, keyless, optionsSchema } }) => ({
    type: name,
    title: about?.title ?? name,
    plugin,
    ...(about?.freeTier === undefined ? {} : { freeTier: about.freeTier }),
    ...(about?.keyUrl === undefined ? {} : { keyUrl: about.keyUrl }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    needsKey: about?.needsKey ?? true,
    keyless: keyless === 'address',
    ...(about?.needsCard === undefined ? {} : { needsCard: about.needsCard }),
    ...(about?.keyMinutes === undefined ? {} : { keyMinutes: about.keyMinutes }),
    ...(about?.keyNote === undefined ? {} : { keyNote: about.keyNote }),
    training: {
      posture: about?.training?.posture ?? 'unknown',
      ...(about?.training?.note === undefined ? {} : { note: about.training.note }),
    },
    ...(optionsSchema === undefined ? {} : { optionsSchema }),
  }));
