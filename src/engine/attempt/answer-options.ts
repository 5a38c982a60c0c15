import type { ResponseHead } from '../../plugin/door/attempt.js';
import type { ResumableRequest } from '../resume/resumable-request.js';
import { ResumeGate } from '../resume/resume-gate.js';
import { nativeReader } from '../stream/frames/native-events.js';
import { FirstTokenGate } from '../stream/gate.js';
import { StreamRelay } from '../stream/relay/relay.js';
import type { RelayOptions, StreamDeadline } from '../stream/relay/relay-options.js';
import { type AnswerOptions, asStream, passesAsStream } from '../stream/sources/answer-source.js';
import type { PeekedBody } from '../stream/sources/peeked-body.js';
import type { PreparedTarget } from '../target.js';
import type { EngineContext } from './context.js';
import type { OutgoingRequest } from './request/outgoing-request.js';
import { choicesOf } from './request/request-size.js';

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
  const translation = native?.answers ?? target.providerType.translate;
  return {
    translation: translation && { translation, request: openAiBody, id: request.id, at },
    native: native?.answers,
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

/** Returns what passes a streamed answer on: as it comes in the caller's own protocol, and as chat completions otherwise. */
export const relayFor = (
  context: EngineContext,
  order: Order,
  outgoing: OutgoingRequest,
  body: PeekedBody,
  options: AnswerOptions,
  deadline: StreamDeadline,
): StreamRelay =>
  order.request.stream && passesAsStream(body, options)
    ? new StreamRelay(body, deadline, nativeRelayOptionsFor(context, order, options))
    : new StreamRelay(asStream(body, options), deadline, relayOptionsFor(context, order, outgoing, options));

/** How a stream in the caller's own protocol is passed on. */
const nativeRelayOptionsFor = (
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
const relayOptionsFor = (
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
