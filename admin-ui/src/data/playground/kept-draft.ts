import { store, stored, thisTab } from '../browser/stored.js';
import { type Draft, EMPTY_DRAFT } from './draft.js';

const KEY = '429chain:playground';

/** Keeps the draft in this tab across reloads. Leaves out its files if they are too large for the browser's storage. */
export const keepDraft = (draft: Draft): void => {
  if (!store(thisTab, KEY, draft)) store(thisTab, KEY, { ...draft, attachments: [] });
};

/** The draft of this tab before the page was reloaded. */
export const keptDraft = (): Draft => ({ ...EMPTY_DRAFT, ...stored<Draft>(thisTab, KEY) });
