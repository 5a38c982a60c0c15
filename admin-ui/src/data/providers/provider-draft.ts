import type {
  ProviderKeyWritten,
  ProviderToTry,
  ProviderTypeView,
  ProviderView,
  ProviderWritten,
} from '../../../../src/contract/admin-configuration.js';
import { asWritten, freeId, unchanged } from './providers.js';

/** A provider while the user edits it. A new key is kept only here, until it is saved. */
export interface ProviderDraft {
  readonly id: string;
  readonly written: ProviderWritten;
}

/** The draft of a saved provider, which keeps its keys. */
export const draftOf = (view: ProviderView): ProviderDraft => {
  const apiKeys = view.keys?.map(({ label }) => ({ label, savedAs: label }));
  return { id: view.id, written: { ...unchanged(asWritten(view)), ...(apiKeys === undefined ? {} : { apiKeys }) } };
};

/** The keys of a provider that gets another one beside its single key, saved or typed. */
export const withAnotherKey = ({ apiKey }: ProviderWritten, isSaved: boolean): readonly ProviderKeyWritten[] => [
  { ...(isSaved && { savedAs: 'key 1' }), ...(typeof apiKey === 'string' && { key: apiKey }) },
  {},
];

export const newDraft = ({ type }: ProviderTypeView, taken: readonly string[]): ProviderDraft => ({
  id: freeId(type, undefined, taken),
  written: { type, limits: [], timeouts: {}, headers: {}, options: {} },
});

/** The body of `POST /providers/try`. Absent fields are those of the saved provider. */
export const toTry = ({ id, written }: ProviderDraft, saved: boolean): ProviderToTry => {
  const { type, baseUrl, apiKey, apiKeys, options } = written;
  return {
    ...(saved ? { id } : {}),
    type,
    ...(baseUrl === undefined || baseUrl === '' ? {} : { baseUrl }),
    ...(typeof apiKey === 'string' ? { apiKey } : {}),
    ...(apiKeys === undefined ? {} : { apiKeys }),
    ...(options === undefined ? {} : { options }),
  };
};

/** The draft with some settings changed; `undefined` removes a setting. */
export const withWritten = (
  draft: ProviderDraft,
  change: { readonly [K in keyof ProviderWritten]?: ProviderWritten[K] | undefined },
): ProviderDraft => {
  const entries = Object.entries({ ...draft.written, ...change }).filter(([, value]) => value !== undefined);
  return { ...draft, written: Object.fromEntries(entries) as unknown as ProviderWritten };
};
