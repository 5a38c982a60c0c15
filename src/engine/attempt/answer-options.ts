import type { ResponseHead } from '../../plugin/door/attempt.js';
import type { ResumableRequest } from '../resume/resumable-request.js';
import { ResumeGate } from '../resume/resume-gate.js';
import type { AnswerOptions } from '../stream/answer-source.js';
import { FirstTokenGate } from '../stream/gate.js';
import { nativeReader } from '../stream/native-events.js';
import type { RelayOptions } from '../stream/relay-options.js';
import type { PreparedTarget } from '../target.js';
import type { EngineContext } from './context.js';
import type { OutgoingRequest } from './outgoing-request.js';
import { choicesOf } from './request-size.js';

interface Order {
  readonly request: ResumableRequest;
  readonly target: PreparedTarget;
}

/** How the body of a target's answer is read. */
export const answerOptionsFor = (
  { request, target }: Order,
  { openAiBody, body, native, text }: OutgoingRequest,
  { at }: ResponseHead,
): AnswerOptions => {
  const translation = native ?? target.providerType.translate;
  return {
    translation: translation && { translation, request: openAiBody, id: request.id, at },
    native,
    choices: choicesOf(body),
    mayBeEmpty: endsWithToolResult(request.body),
    text,
    wholeCalls: request.wholeCalls === true,
  };
};

/** A model that has read the result of a tool may have nothing to add. */
const endsWithToolResult = ({ messages }: Readonly<Record<string, unknown>>): boolean => {
  const last = Array.isArray(messages) ? (messages.at(-1) as { role?: unknown } | null | undefined) : undefined;
  return last?.role === 'tool' || last?.role === 'function';
};

/** How a stream in the caller's own protocol is passed on. */
export const nativeRelayOptionsFor = (
  { pace }: EngineContext,
  { request: { transcript } }: Order,
  { native, choices, mayBeEmpty }: AnswerOptions,
): RelayOptions => ({
  readNative: native && nativeReader(native),
  hidesUsage: false,
  choices,
  gate: new FirstTokenGate(mayBeEmpty),
  transcript,
  tailMs: pace?.tailMs,
});

/** How a streamed chat completion is passed on. */
export const relayOptionsFor = (
  { estimates, pace }: EngineContext,
  { request, target }: Order,
  { hidesUsage, resumeMode }: OutgoingRequest,
  { choices, mayBeEmpty, wholeCalls, text }: AnswerOptions,
): RelayOptions => {
  const { transcript, continuation, stream, size } = request;
  const wantsUsage = stream && !hidesUsage;
  return {
    hidesUsage: stream && hidesUsage,
    choices,
    wholeCalls,
    gate:
      continuation === undefined ? new FirstTokenGate(mayBeEmpty) : new ResumeGate(continuation.transcript, resumeMode),
    transcript,
    usageBefore: continuation?.usage,
    addsRole: continuation === undefined && text === undefined,
    estimateUsage: wantsUsage ? (textBytes) => estimates.seen(target.id, size, textBytes) : undefined,
    tailMs: pace?.tailMs,
  };
};
