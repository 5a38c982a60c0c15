import { applyAdaptations, type CompiledAdaptation } from '../../../plugin/door/adapt.js';
import type { Repair } from '../../../plugin/door/attempt.js';
import type { ConversationRules } from '../../../plugin/door/conversation.js';
import { ChainError } from '../../../plugin/door/errors.js';
import type { Prefill, ProviderType, UpstreamRequest } from '../../../plugin/door/provider-type.js';
import { NotAdaptable } from '../../causes.js';
import { pathAt } from '../../endpoint.js';
import { type CompiledRepair, compileRepair, isConversationRepair } from '../../repairs.js';
import type { NativeRequest } from '../../request.js';
import { continuedRequest, PREFILL } from '../../resume/continuation.js';
import type { ResumeMode } from '../../resume/overlap.js';
import type { ResumableRequest } from '../../resume/resumable-request.js';
import type { TextAnswers } from '../../stream/sources/answer-source.js';
import type { PreparedTarget } from '../../target.js';
import { arrangeConversation } from '../conversation/arrange.js';
import { boundAnswer, isBoundRepair } from './answer-bound.js';
import { restrict, restrictionsOf } from './restrict.js';

type Body = Readonly<Record<string, unknown>>;

/** A caller's request in the form that one target gets. */
export interface OutgoingRequest {
  /** The full path, with the prefix and the query of the base URL. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
  /** Set for a request in the caller's own protocol. */
  readonly native?: NativeRequest | undefined;
  /** The body in OpenAI's shape, before the provider type's own `adapt`. */
  readonly openAiBody: Body;
  /** What was left out of the request or changed in its body, in plain words. */
  readonly changes: readonly string[];
  /** The request has fields for the rules of its chain. A refusal may be about them. */
  readonly restricted?: boolean | undefined;
  /** 429chain asks for usage that the caller did not ask for. */
  readonly hidesUsage: boolean;
  readonly resumeMode: ResumeMode;
  /** Returns what is sent: `body` as JSON, the bytes of a form, or the caller's own body. Each call reads it anew. */
  readonly payload: () => string | Buffer | AsyncIterable<Buffer>;
  /** Set where the caller gets text in the choices in place of messages. */
  readonly text?: TextAnswers | undefined;
}

const RESTART: ResumeMode = { kind: 'restart' };
const INCLUDE_USAGE = { include_usage: true };
const USAGE_FIELD = `"stream_options":${JSON.stringify(INCLUDE_USAGE)}`;
const NOTHING: readonly string[] = [];

/**
 * Builds the chat completion for `target`: its model, its headers, and no field that its type or an earlier answer is known to
 * refuse. `repairs` are further changes.
 * @param counted the bound for each choice, where the provider counts it beforehand
 * @throws NotAdaptable when the provider type cannot express the request
 */
export const outgoingRequest = (
  { body: original, written, path, stream, continuation, chain, omitted = NOTHING }: ResumableRequest,
  { providerType, model, headers, options, endpoint, adaptations, conversation, repairs: known }: PreparedTarget,
  repairs: readonly Repair[],
  counted?: number,
): OutgoingRequest => {
  const earlier = known.for(original);
  const allRepairs = repairs.length === 0 ? earlier : [...earlier, ...repairs.map(compileRepair)];
  const { body: continued, resumeMode } =
    continuation === undefined
      ? { body: original, resumeMode: RESTART }
      : continuedRequest(original, continuation, prefillOf(providerType, allRepairs));
  const streamOptions = original.stream_options as { include_usage?: unknown } | undefined;
  const hidesUsage = stream && streamOptions?.include_usage !== true;
  const full = hidesUsage
    ? { ...continued, model, stream_options: streamOptions ? { ...streamOptions, ...INCLUDE_USAGE } : INCLUDE_USAGE }
    : { ...continued, model };
  const arranged = arrangeConversation(full, rulesWith(conversation, allRepairs));
  const bounded = boundAnswer(arranged.body, allRepairs, counted);
  const applicable = allRepairs.length === 0 ? adaptations : [...adaptations, ...allRepairs.flatMap(adaptationOf)];
  const applied = applyAdaptations(bounded.body, applicable);
  const restrictions = restrictionsOf(chain.rules, providerType);
  const { body, changes } =
    restrictions.length === 0 ? { body: applied.body, changes: NOTHING } : restrict(applied.body, restrictions);
  const ours = omitted.length + arranged.changes.length + bounded.changes.length + changes.length;
  const request = { path, headers, body };
  const adapted = providerType.adapt === undefined ? request : adaptedByType(request, providerType, options);
  // The `adapt` of a type may change an object in place.
  const isSame = providerType.adapt === undefined && adapted.body === full && continued === original;
  const isAsWritten = isSame && (!hidesUsage || streamOptions === undefined);
  return {
    path: pathAt(endpoint, adapted.path),
    headers: adapted.headers,
    body: adapted.body,
    openAiBody: body,
    payload:
      isAsWritten && written?.isHeld === true
        ? () => written.withModel(model, hidesUsage ? USAGE_FIELD : undefined)
        : () => serialised(adapted.body),
    changes:
      ours === 0
        ? applied.changes
        : [...omitted, ...arranged.changes, ...bounded.changes, ...applied.changes, ...changes],
    restricted: restrictions.length > 0,
    hidesUsage,
    resumeMode,
  };
};

const adaptationOf = ({ repair, adaptation }: CompiledRepair): readonly CompiledAdaptation[] =>
  adaptation === undefined || isBoundRepair(repair) ? [] : [adaptation];

/** The rules of a target, with those that its refusals taught. */
const rulesWith = (rules: ConversationRules, repairs: readonly CompiledRepair[]): ConversationRules => {
  if (repairs.length === 0) return rules;
  const learned = repairs.map(({ repair }) => (isConversationRepair(repair) ? repair.conversation : undefined));
  return Object.assign({}, rules, ...learned);
};

/**
 * Returns the body as JSON.
 * @throws ChainError `invalid_request` for a body that is nested too deeply, which is not the target's fault
 */
export const serialised = (body: Body): string => {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ChainError('invalid_request', 'The request body is nested too deeply.', { cause });
  }
};

const prefillOf = ({ prefill }: ProviderType, repairs: readonly CompiledRepair[]): Prefill | undefined =>
  repairs.some(({ repair }) => 'drop' in repair && repair.drop === PREFILL) ? undefined : prefill;

export const adaptedByType = (
  request: UpstreamRequest,
  { adapt }: ProviderType,
  options: Readonly<Record<string, unknown>>,
): UpstreamRequest => {
  try {
    return adapt?.(request, options) ?? request;
  } catch (cause) {
    throw new NotAdaptable((cause as Error).message, { cause });
  }
};
