import { type Draft, EMPTY_DRAFT } from './draft.js';

const KEY = '429chain:playground';

/** Keeps the draft in this tab, so that it survives a reload. Without files if they are too large for the browser. */
export const keepDraft = (draft: Draft): void => {
  for (const kept of [draft, { ...draft, attachments: [] }]) {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(kept));
      return;
    } catch {
      // Full, or not allowed.
    }
  }
};

/** The draft of this tab before it was loaded again. */
export const keptDraft = (): Draft => {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<Draft>;
    return { ...EMPTY_DRAFT, ...kept };
  } catch {
    return EMPTY_DRAFT;
  }
};
