import type { Attachment } from './conversation.js';
import type { Fields } from './fields.js';
import type { ProtocolId } from './protocol-id.js';

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
