import type {
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

/** The draft of a saved provider, which keeps its key. */
export const draftOf = (view: ProviderView): ProviderDraft => ({ id: view.id, written: unchanged(asWritten(view)) });

export const newDraft = ({ type }: ProviderTypeView, taken: readonly string[]): ProviderDraft => ({
  id: freeId(type, undefined, taken),
  written: { type, limits: [], timeouts: {}, headers: {}, options: {} },
});

/** The body of `POST /providers/try`. Absent fields are those of the saved provider. */
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

/** The draft with some settings changed; `undefined` removes a setting. */
export const withWritten = (
  draft: ProviderDraft,
  change: { readonly [K in keyof ProviderWritten]?: ProviderWritten[K] | undefined },
): ProviderDraft => {
  const entries = Object.entries({ ...draft.written, ...change }).filter(([, value]) => value !== undefined);
  return { ...draft, written: Object.fromEntries(entries) as unknown as ProviderWritten };
};
