import type { ProviderTypeView } from '../../contract/admin-configuration.js';
import type { Running } from '../parts.js';

/** The kinds of provider that plugins have added, in the order in which they came. */
export const providerTypes = ({ host }: Running): readonly ProviderTypeView[] =>
  host.types.all.map(({ name, plugin, type: { about, baseUrl, optionsSchema } }) => ({
    type: name,
    title: about?.title ?? name,
    plugin,
    ...(about?.freeTier === undefined ? {} : { freeTier: about.freeTier }),
    ...(about?.keyUrl === undefined ? {} : { keyUrl: about.keyUrl }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    needsKey: about?.needsKey ?? true,
    ...(optionsSchema === undefined ? {} : { optionsSchema }),
  }));
