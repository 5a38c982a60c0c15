/** `429chain/plugin`: everything that a plugin may import from 429chain, built-in plugins included. */
export type { LiveStatus, QuotaView, TargetView } from '../contract/admin-api.js';
export type { OfferKind } from '../contract/catalogue-entry.js';
export type { HealthFailure, HealthHour, HealthState, HealthStep, HealthView } from '../contract/health.js';
export type { ModelView } from '../contract/models.js';
export type {
  Dimension,
  Duration,
  FailureClass,
  FailureSubject,
  Limit,
  ScopeKind,
  Signal,
  TargetState,
} from '../contract/quota.js';
export type {
  RequestAttempt,
  RequestContent,
  RequestLog,
  RequestLogHealth,
  RequestPage,
  RequestQuery,
  RequestRecord,
  Totals,
  UsageReport,
  UsageSpan,
} from '../contract/requests.js';
export type { LogFields } from '../log.js';
export { type Adaptation, adaptBody, type Condition } from './door/adapt.js';
export { definePlugin, type Plugin, type PluginApi, type ProviderInfo } from './door/api.js';
export type {
  Attempt,
  AttemptRecord,
  Denial,
  FailedAttempt,
  Failure,
  Outcome,
  Repair,
  ResponseHead,
  ServedAttempt,
  SkippedAttempt,
  SkippedTarget,
  SkippedTogether,
  Target,
  TokenUsage,
  Verdict,
} from './door/attempt.js';
export type { ConversationRules, MediaKind, ReturnedFields, ToolCallIds } from './door/conversation.js';
export type { ErrorRule } from './door/error-rule.js';
export { ChainError, type ChainErrorOptions, type ErrorCode } from './door/errors.js';
export type { FreeOffer } from './door/free-offer.js';
export type {
  AsyncPluginHook,
  AttemptTapOptions,
  PluginHook,
  PluginHooks,
  TapFilter,
  TapOptions,
} from './door/hooks.js';
export type { KnownLimit, Sourced } from './door/known-limit.js';
export type { HeaderMeaning, HeaderMeanings, LimitHeader } from './door/limit-headers.js';
export type { NativeAnswers } from './door/native.js';
export type {
  AnswerWriter,
  NamedModel,
  Protocol,
  ProtocolCall,
  ProtocolReply,
  ProtocolRequest,
  ProtocolRoute,
  Refusal,
} from './door/protocol.js';
export type {
  ModelList,
  Prefill,
  ProviderAbout,
  ProviderType,
  TrainingPosture,
  TrainingRestriction,
  UpstreamRequest,
} from './door/provider-type.js';
export { withoutQuotations } from './door/quotations.js';
export { toRequestRecord } from './door/request-record.js';
export type { Restriction } from './door/restriction.js';
export type { Route, RouteKey, RouteMethod, RouteReply, RouteRequest } from './door/route.js';
export type { StreamEvent, Translation } from './door/translate.js';
export type {
  AttemptReport,
  Charge,
  HoldAnswer,
  HoldRefusal,
  HoldRequest,
  Lease,
  ScopeDemand,
  ScopeKnowledge,
  SharedCooldown,
  Statement,
  UnitCount,
  UnitDemand,
  UnitStore,
  UnitStoreEvent,
  UnitWindow,
} from './door/unit-store.js';
export type { PluginWorkers } from './door/workers.js';
export { type Fields, isFields } from './fields.js';
export { type AnswerCall, type AnswerPart, type AnswerUsage, ChatAnswerReader } from './readers/chat-answer.js';
export { readFailure } from './readers/error-rules.js';
export { type ErrorFacts, errorField, readErrorBody } from './readers/errors/error-body.js';
export { isErrorBody } from './readers/errors/error-shape.js';
export { isEssential } from './readers/essential-fields.js';
export { durationOf, headerOf, numberOf, omit, parseResetTime, retryAfterOf } from './readers/headers/headers.js';
export { clockOf, type ProviderClock } from './readers/headers/provider-clock.js';
export { readRateLimitHeaders } from './readers/headers/rate-limit-headers.js';
export { nextMidnightIn, nextMinute, nextUtcMidnight } from './readers/headers/resets.js';
export { classOfStatus, scopeOfClass } from './readers/status.js';
export { parseLimits, type StatedLimit } from './readers/waits/prose.js';
export { parseRetryTime, parseWait } from './readers/waits/wait-prose.js';
