import type { Fields } from '../fields.js';
import type { MessagePart } from './output-items.js';
import type { PassedItem, PassedResponse } from './passed-response.js';

export interface OpenPart extends MessagePart {
  text: string;
  logprobs: Fields[];
  /** Where it is, as each of its deltas says it. */
  place?: string;
}

/** How far an answer is. */
export type AnswerState =
  /** Nothing is written. */
  | { readonly phase: 'waiting' }
  /** The response has begun, and no item is open. */
  | { readonly phase: 'between' }
  | { readonly phase: 'reasoning'; readonly id: string; text: string }
  /** `begun`: the item as another provider began it. */
  | {
      readonly phase: 'message';
      readonly id: string;
      readonly begun?: Fields;
      readonly done: Fields[];
      part: OpenPart | undefined;
    }
  /** Another provider began the item, and it is no message. */
  | { readonly phase: 'foreign'; readonly open: PassedItem }
  | { readonly phase: 'over'; readonly response: Fields };

export const BETWEEN: AnswerState = { phase: 'between' };

export const newPart = (kind: MessagePart['kind']): OpenPart => ({ kind, text: '', logprobs: [], annotations: [] });

/** How far an answer is that another provider began. */
export const stateAfter = ({ response, open, isOver }: PassedResponse): AnswerState => {
  if (isOver) return { phase: 'over', response: response ?? {} };
  if (open === undefined) return BETWEEN;
  const { item, parts } = open;
  if (item.type !== 'message') return { phase: 'foreign', open };
  const last = parts.find(({ done }) => done === undefined);
  return {
    phase: 'message',
    id: item.id,
    begun: item,
    done: parts.flatMap(({ done }) => (done === undefined ? [] : [done])),
    part: last && {
      kind: last.part.type === 'refusal' ? 'refusal' : 'text',
      text: last.text,
      logprobs: last.logprobs,
      annotations: last.annotations,
    },
  };
};
