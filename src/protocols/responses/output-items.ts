import { randomBytes } from 'node:crypto';
import { isFields } from '../../plugin/fields.js';
import type { Fields } from '../fields.js';

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

/** An item of an answer. */
export type OutputItem = Fields & { readonly id: string };

/** Stands in the ids of items: providers know only their own. */
const OWN = '429chain';

/** Returns a new id. An item's id is never that of a tool call. */
export const newId = (prefix: 'resp' | 'msg' | 'rs' | 'fc' | 'ctc'): string =>
  `${prefix}_${OWN}${randomBytes(20).toString('hex')}`;

/** Returns whether 429chain made an id. */
export const isOwnId = (id: unknown): boolean => typeof id === 'string' && id.split('_')[1]?.startsWith(OWN) === true;

/** A part of a message. */
export interface MessagePart {
  readonly kind: 'text' | 'refusal';
  readonly text: string;
  /** How likely each token was, if the caller asked for it. */
  readonly logprobs: readonly Fields[];
  readonly annotations: readonly Fields[];
}

export const partOf = ({ kind, text, logprobs, annotations }: MessagePart): Fields =>
  kind === 'text' ? { type: 'output_text', text, annotations, logprobs } : { type: 'refusal', refusal: text };

export const messageItem = (id: string, content: readonly Fields[], status: ItemStatus): OutputItem => ({
  id,
  type: 'message',
  role: 'assistant',
  status,
  content,
});

export const summaryPart = (text: string): Fields => ({ type: 'summary_text', text });

export const reasoningItem = (id: string, summary: readonly Fields[], status: ItemStatus): OutputItem => ({
  id,
  type: 'reasoning',
  summary,
  status,
});

/** A tool call of an answer, by the caller's names. */
export interface OutputCall {
  readonly kind: 'function' | 'custom';
  /** Of the item. */
  readonly id: string;
  readonly callId: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** @param text the arguments, or the free text of a custom tool */
export const callItem = (
  { kind, id, callId, name, namespace }: OutputCall,
  text: string,
  status: ItemStatus,
): OutputItem => ({
  id,
  ...(kind === 'function' ? { type: 'function_call', status } : { type: 'custom_tool_call', status }),
  call_id: callId,
  name,
  ...(namespace === undefined ? {} : { namespace }),
  ...(kind === 'function' ? { arguments: text } : { input: text }),
});

/** A web page that an answer cites, from a `url_citation` of a chat completion. */
export const annotationOf = ({ url, title, start_index, end_index }: Fields): Fields => ({
  type: 'url_citation',
  url: url ?? '',
  title: title ?? '',
  start_index: start_index ?? 0,
  end_index: end_index ?? 0,
});

/** All text in an item, its names and arguments included. */
export const textsOf = ({ name, arguments: args, input, content, summary }: Fields): readonly unknown[] => [
  ...[name, args, input].filter((text) => typeof text === 'string'),
  ...[content, summary].flatMap((parts) =>
    Array.isArray(parts) ? parts.filter(isFields).map(({ text, refusal }) => text ?? refusal) : [],
  ),
];
