import type { Failure, Repair } from '../../../plugin/door/attempt.js';
import { pathAt } from '../../endpoint.js';
import type { NativeRequest } from '../../request.js';
import type { ResumableRequest } from '../../resume/resumable-request.js';
import { missingBy } from '../../surfaces/learn.js';
import type { PreparedTarget } from '../../target.js';
import type { OutgoingRequest } from './outgoing-request.js';
import { restrict, restrictionsOf } from './restrict.js';

/** Stands for a field in the repair that sends a chat completion to a target that does not speak the protocol after all. */
const fieldOf = ({ protocol }: NativeRequest): string => `the ${protocol} endpoint`;

/**
 * Returns the request in the caller's own protocol, if the target speaks it. The rest of an answer that broke off is always
 * asked for as a chat completion.
 * @param repairs changes to the request beyond those that the target is known to need
 */
export const nativeFor = (
  { native, continuation }: ResumableRequest,
  { speaks, repairs: known }: PreparedTarget,
  repairs: readonly Repair[],
): NativeRequest | undefined => {
  if (continuation !== undefined || native === undefined || !speaks.has(native.protocol)) return undefined;
  const field = fieldOf(native);
  const isMissing = known.drops(field) || repairs.some((repair) => 'drop' in repair && repair.drop === field);
  return isMissing && !native.isOnlyForm ? undefined : native;
};

/** Returns how to change a request that failed in the caller's own protocol: into a chat completion, if the endpoint is missing. */
export const nativeRepairs = (native: NativeRequest, failure: Failure, target: PreparedTarget): readonly Repair[] => {
  if (native.isOnlyForm || !target.speaks.has('chat')) return [];
  return missingBy(failure, { name: native.protocol }, target) === undefined ? [] : [{ drop: fieldOf(native) }];
};

/** Builds the request for a target that speaks the caller's protocol: the caller's body with the target's model. */
export const nativeRequest = (
  native: NativeRequest,
  { body, chain }: ResumableRequest,
  { endpoint, headers, model, providerType }: PreparedTarget,
): OutgoingRequest => {
  const restrictions = restrictionsOf(chain.rules, providerType);
  const asked = (): Buffer => native.written.withModel(model);
  const restricted = restrictions.length === 0 ? undefined : restrict(JSON.parse(asked().toString()), restrictions);
  return {
    path: pathAt(endpoint, native.answers.path),
    headers: { ...headers, ...native.headers },
    body,
    openAiBody: body,
    payload: restricted === undefined ? asked : () => JSON.stringify(restricted.body),
    native,
    changes: restricted?.changes ?? [],
    restricted: restricted !== undefined,
    hidesUsage: false,
    resumeMode: { kind: 'restart' },
  };
};
