import type { ProviderSettings } from './settings.js';

/** No id of a provider contains it. */
const SEPARATOR = ':';

/** The id of one of several keys of a provider: `groq:key 1`. */
export const keyedName = (provider: string, label: string): string => `${provider}${SEPARATOR}${label}`;

/**
 * Splits the id of a provider, a pool or a target: `groq:key 1/llama` is `groq/llama` with the key `key 1`. Without a key,
 * `label` is `undefined`.
 */
export const splitKey = (id: string): { readonly configured: string; readonly label: string | undefined } => {
  const [head = ''] = /^[^/#]*/.exec(id) ?? [];
  const at = head.indexOf(SEPARATOR);
  if (at === -1) return { configured: id, label: undefined };
  return { configured: head.slice(0, at) + id.slice(head.length), label: head.slice(at + 1) };
};

/** The id of a provider in the configuration, whichever of its keys `settings` are for. */
export const configuredId = ({ id, keyOf }: ProviderSettings): string => keyOf?.provider ?? id;
