import type {
  ProviderToTry,
  ProviderTypeView,
  ProviderView,
  ProviderWritten,
} from '../../../../src/contract/admin-configuration.js';
import { asWritten, freeId, unchanged } from './providers.js';

/** A provider while it is edited. Its key is nowhere but in here, and only until it is saved. */
export interface ProviderDraft {
  readonly id: string;
  readonly written: ProviderWritten;
}

/** What editing begins with: a saved provider, its key left as it is. */
export const draftOf = (view: ProviderView): ProviderDraft => ({ id: view.id, written: unchanged(asWritten(view)) });

export const newDraft = ({ type }: ProviderTypeView, taken: readonly string[]): ProviderDraft => ({
  id: freeId(type, undefined, taken),
  written: { type, limits: [], timeouts: {}, headers: {}, options: {} },
});

/** What `POST /providers/try` needs. What is absent is that of the saved one. */
export const toTry = ({ id, written }: ProviderDraft, saved: boolean): ProviderToTry => {
  const { type, baseUrl, apiKey, options } = written;
  return {
    ...(saved ? { id } : {}),
    type,
    ...(baseUrl === undefined || baseUrl === '' ? {} : { baseUrl }),
    ...(typeof apiKey === 'string' ? { apiKey } : {}),
    ...(options === undefined ? {} : { options }),
  };
};

/** A draft with some of what is written changed; `undefined` takes it out. */
export const withWritten = (
  draft: ProviderDraft,
  change: { readonly [K in keyof ProviderWritten]?: ProviderWritten[K] | undefined },
): ProviderDraft => {
  const entries = Object.entries({ ...draft.written, ...change }).filter(([, value]) => value !== undefined);
  return { ...draft, written: Object.fromEntries(entries) as unknown as ProviderWritten };
};
