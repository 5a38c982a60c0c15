import type { ChainRules } from '../../config/settings.js';
import { ChainError } from '../../plugin/door/errors.js';
import type { Surface } from '../../plugin/door/surface.js';
import type { ChainRequest } from '../request.js';
import { barOf } from '../rules/standing.js';
import type { Chain, PreparedTarget } from '../target.js';
import { bareModel, isEmbeddingModel } from './embedding-model.js';

/**
 * Returns the request with a chain in which each target that cannot answer it says why, so that the walk passes it over.
 * Requests of chat stay as they are.
 * @throws ChainError `not_found` if no target has the endpoint, `invalid_request` if none can carry the request out
 */
export const forSurface = <R extends ChainRequest>(request: R): R => {
  const { surface, chain } = request;
  if (surface === undefined) return request;
  const targets = chain.targets.map((target) => {
    const bar = barOf(target, chain);
    return bar === undefined
      ? passedOver(target, whyNot(target, surface, request))
      : passedOver(target, bar.reason, bar.rule);
  });
  const narrowed = surface.batches === undefined || chain.sameVectors ? targets : oneVectorSpace(targets, surface);
  // A provider without its key may have the endpoint, and so may one that a rule forbids: then the walk says so.
  if (narrowed.every(({ unusable }) => unusable?.state === 'available' && unusable.rule === undefined))
    throw noTarget(surface, chain, narrowed);
  return { ...request, chain: { ...chain, targets: narrowed } };
};

const passedOver = (target: PreparedTarget, reason: string | undefined, rule?: keyof ChainRules): PreparedTarget =>
  reason === undefined || target.unusable !== undefined
    ? target
    : { ...target, unusable: { state: 'available', reason, rule } };

/** Whether the target gets the request as a chat completion. */
export const goesOverChat = ({ speaks, endpoints }: PreparedTarget, { name, overChat }: Surface): boolean =>
  overChat !== undefined && speaks.has('chat') && (!speaks.has(name) || endpoints.missing(name) !== undefined);

const whyNot = (target: PreparedTarget, surface: Surface, { body }: ChainRequest): string | undefined => {
  const { name, overChat } = surface;
  if (goesOverChat(target, surface)) {
    const translated = overChat?.request(body);
    return typeof translated === 'string' ? translated : undefined;
  }
  if (!target.speaks.has(name)) return `its provider has no ${name} endpoint`;
  const missing = target.endpoints.missing(name);
  if (missing === undefined) return undefined;
  return missing === 'provider' ? `its server has no ${name} endpoint` : `its model does not serve ${name}`;
};

const noTarget = (surface: Surface, chain: Chain, targets: readonly PreparedTarget[]): ChainError => {
  const reasons = targets.map(({ id, unusable }) => `${id}: ${unusable?.reason}`);
  const isMissing = targets.every(({ unusable }) => !unusable?.reason.includes('its chat endpoint'));
  return new ChainError(
    isMissing ? 'not_found' : 'invalid_request',
    `No target of chain "${chain.name}" can answer POST /v1${surface.path}. ${reasons.join(' · ')}`,
    { details: { chain: chain.name } },
  );
};

/**
 * Vectors of two models look alike and cannot be compared: a store that has both is ruined. So only targets with the model of
 * one target are asked, whatever becomes of it: the first whose name says that it returns vectors, or else the first that has
 * returned some, or else the first that has the endpoint.
 */
const oneVectorSpace = (targets: readonly PreparedTarget[], { name }: Surface): readonly PreparedTarget[] => {
  const ready = targets.filter(({ unusable }) => unusable === undefined);
  const able = targets.filter(
    (target) =>
      target.speaks.has(name) &&
      target.unusable?.state !== 'unconfigured' &&
      target.unusable?.state !== 'disabled' &&
      target.unusable?.rule === undefined,
  );
  const first =
    able.find(({ model }) => isEmbeddingModel(model)) ??
    able.find(({ endpoints }) => endpoints.hasAnswered(name)) ??
    ready[0];
  if (first === undefined) return targets;
  const model = bareModel(first.model);
  const reason = `its vectors cannot be compared with those of ${first.id}`;
  return targets.map((target) => passedOver(target, bareModel(target.model) === model ? undefined : reason));
};
