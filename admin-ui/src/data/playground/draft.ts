import type { Attachment } from './conversation.js';
import type { Fields, ProtocolId } from './protocol.js';

/** What the form has before it is sent. */
export interface Draft {
  readonly protocol: ProtocolId;
  /** The chain or target; empty for the default chain. A second one is asked too, for a comparison. */
  readonly models: readonly string[];
  readonly prompt: string;
  readonly attachments: readonly Attachment[];
  /** Parameters as typed, by their names. A flag is `true` or `false`. */
  readonly values: Readonly<Record<string, string>>;
  /** Tool definitions, in the form of any protocol. */
  readonly tools: readonly unknown[];
  /** Further fields of the request; they override all others. */
  readonly more: Fields;
}

export const EMPTY_DRAFT: Draft = {
  protocol: 'chat',
  models: [''],
  prompt: '',
  attachments: [],
  values: {},
  tools: [],
  more: {},
};

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
