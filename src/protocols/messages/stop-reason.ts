import type { EndCause } from '../../plugin/readers/finish-reasons.js';

/** How an answer ended. */
export interface AnswerEnd {
  readonly cause: EndCause | undefined;
  /** The answer has tool calls. */
  readonly hasCalls: boolean;
  /** The arguments of a call were cut off. */
  readonly isCallCut: boolean;
  /** The model refused in words. */
  readonly isRefusal: boolean;
  /** The stop sequence that the provider names, if the caller asked for it. */
  readonly stopSequence: string | undefined;
}

const BY_CAUSE: Readonly<Record<EndCause, string>> = {
  length: 'max_tokens',
  context: 'model_context_window_exceeded',
  filter: 'refusal',
  calls: 'end_turn',
};

/** Returns the `stop_reason` of a message. A caller must see the calls of an answer, however it ended. */
export const stopReasonOf = ({ cause, hasCalls, isCallCut, isRefusal, stopSequence }: AnswerEnd): string => {
  if (hasCalls && !isCallCut) return 'tool_use';
  if (cause !== undefined && cause !== 'calls') return BY_CAUSE[cause];
  if (isRefusal) return 'refusal';
  return stopSequence === undefined ? 'end_turn' : 'stop_sequence';
};
