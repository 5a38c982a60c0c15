import type { RequestRecord } from '../../../../src/contract/requests.js';
import type { Answer, ToolCall } from './answer.js';
import type { ProtocolId } from './protocol-id.js';

/** A file that is sent: an image of a prompt, or a recording. */
export interface Attachment {
  readonly name: string;
  /** Such as `image/png`. */
  readonly type: string;
  /** In bytes. */
  readonly size: number;
  /** The content as a `data:` URL. */
  readonly url: string;
}

/** The result of a tool, as the user typed it. */
export interface ToolResult {
  readonly call: ToolCall;
  readonly text: string;
}

/** One message of a conversation, in no protocol's form. */
export type Message =
  | { readonly role: 'user'; readonly text: string; readonly attachments: readonly Attachment[] }
  | { readonly role: 'assistant'; readonly text: string; readonly calls: readonly ToolCall[] }
  | { readonly role: 'results'; readonly results: readonly ToolResult[] };

/** The column of an answer: 1 is the second one of a comparison. */
export type Side = 0 | 1;

/** One request with its answer. */
export interface Run {
  /** The id of the request in the log. */
  readonly id: string;
  readonly side: Side;
  /** The chain or target that was asked; empty for the default chain. */
  readonly model: string;
  /** The fields of the request. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The file that is sent beside the fields, as a form. */
  readonly file?: Attachment;
  readonly state: 'running' | 'done' | 'stopped' | 'failed';
  readonly answer: Answer;
  readonly problem?: Error;
  /** The log record of the finished request; `missing` if the log has none. */
  readonly record?: RequestRecord | 'missing';
}

/** What was asked, with the answer of each side. */
export interface Turn {
  readonly id: string;
  readonly protocol: ProtocolId;
  readonly asked: Exclude<Message, { role: 'assistant' }>;
  readonly runs: readonly Run[];
  /** Set if it belongs to one side of a comparison: results of the tools that this side called. */
  readonly only?: Side;
}

/** The run of a side; an answer from before the comparison belongs to both. */
export const runOf = ({ runs, only }: Turn, side: Side): Run | undefined =>
  only !== undefined && only !== side ? undefined : (runs.find((run) => run.side === side) ?? runs[0]);

/**
 * The messages so far on one side. It omits prompts without an answer, and tool calls without results: providers reject both.
 */
export const messagesOf = (turns: readonly Turn[], side: Side): readonly Message[] => {
  const own = turns.filter(({ only }) => only === undefined || only === side);
  return own.flatMap((turn, place): Message[] => {
    const { text = '', calls = [] } = runOf(turn, side)?.answer ?? {};
    const answered = own[place + 1]?.asked.role === 'results' ? calls : [];
    const isSilent = text === '' && answered.length === 0;
    if (isSilent) return turn.asked.role === 'results' ? [turn.asked] : [];
    return [turn.asked, { role: 'assistant', text, calls: answered }];
  });
};
