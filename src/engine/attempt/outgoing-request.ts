import { type Adaptation, adaptBody } from '../../plugin/door/adapt.js';
import type { ProviderType, Repair, UpstreamRequest } from '../../plugin/index.js';
import { NotAdaptable } from '../causes.js';
import { continued, PREFILL } from '../resume/continuation.js';
import type { ResumeMode } from '../resume/overlap.js';
import type { ResumableRequest } from '../resume/resumable-request.js';
import type { PreparedTarget } from '../target.js';

/** A caller's request as one target gets it. */
export interface Outgoing extends UpstreamRequest {
  /** Its body before the provider type's own `adapt`, in OpenAI's shape. */
  readonly asked: Readonly<Record<string, unknown>>;
  /** What was changed in its body, in plain words. */
  readonly changes: readonly string[];
  /** We ask for usage that the caller did not ask for, and must not see. */
  readonly hidesUsage: boolean;
  /** How it is asked to go on with an answer that broke. */
  readonly asking: ResumeMode;
}

/**
 * The request for `target`: its model, its headers, and without what its type or an earlier answer is known to refuse.
 * `repairs` are changes beyond those.
 */
export const outgoing = (
  { body: asked, path, stream, continuation }: ResumableRequest,
  { providerType, model, headers, options, repairs: known }: PreparedTarget,
  repairs: readonly Repair[],
): Outgoing => {
  const streamOptions = asked.stream_options as { include_usage?: unknown } | undefined;
  const hidesUsage = stream && streamOptions?.include_usage !== true;
  // A stream is asked for its usage, for the ledger.
  const usage = hidesUsage ? { stream_options: { ...streamOptions, include_usage: true } } : {};
  const allRepairs = [...known.for(asked), ...repairs];
  const adaptations = [...(providerType.adaptations ?? []), ...allRepairs.map(adaptationOf)];
  const refused = allRepairs.some((repair) => 'drop' in repair && repair.drop === PREFILL);
  const prefill = continuation === undefined || refused ? undefined : providerType.prefill;
  const { body: whole, asking } =
    continuation === undefined
      ? { body: asked, asking: { how: 'restart' } as const }
      : continued(asked, continuation, prefill);
  const { body, changes } = adaptBody({ ...whole, model, ...usage }, adaptations, model);
  return {
    ...written({ path, headers, body }, providerType, options),
    asked: body,
    changes,
    hidesUsage,
    asking,
  };
};

const written = (
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

const adaptationOf = (repair: Repair): Adaptation => {
  const why = 'this target refused it before';
  return 'drop' in repair ? { field: repair.drop, drop: true, why } : { field: repair.rename, rename: repair.to, why };
};
