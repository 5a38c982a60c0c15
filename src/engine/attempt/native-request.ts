import { pathAt } from '../endpoint.js';
import type { NativeRequest } from '../request.js';
import type { ResumableRequest } from '../resume/resumable-request.js';
import type { PreparedTarget } from '../target.js';
import type { OutgoingRequest } from './outgoing-request.js';
import { withModel } from './with-model.js';

/**
 * Returns the request in the caller's own protocol, if the target speaks it. The rest of an answer that broke off is always
 * asked for as a chat completion.
 */
export const nativeFor = (
  { native, continuation }: ResumableRequest,
  { speaks }: PreparedTarget,
): NativeRequest | undefined =>
  continuation === undefined && native !== undefined && speaks.has(native.protocol) ? native : undefined;

/** Builds the request for a target that speaks the caller's protocol: the caller's body with the target's model. */
export const nativeRequest = (
  native: NativeRequest,
  { body }: ResumableRequest,
  { endpoint, headers, model }: PreparedTarget,
): OutgoingRequest => ({
  path: pathAt(endpoint, native.answers.path),
  headers: { ...headers, ...native.headers },
  body,
  openAiBody: body,
  payload: () => withModel(native.json, model),
  native: native.answers,
  changes: [],
  hidesUsage: false,
  resumeMode: { kind: 'restart' },
});
