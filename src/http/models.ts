import type { Context } from 'koa';
import { claudeNameOf } from '../engine/chains.js';
import { barOf } from '../engine/rules/standing.js';
import { keylessId, type PreparedTarget } from '../engine/target.js';
import { ChainError } from '../plugin/door/errors.js';
import type { NamedModel } from '../plugin/door/protocol.js';
import { isFromAnthropicClient, type ListedModel, listedModels, pageOf } from '../protocols/messages/models.js';
import type { RouteContext } from '../routes.js';
import type { Current } from './current.js';
import { factsOf, type ModelFacts } from './model-facts.js';

interface Model extends ModelFacts {
  readonly id: string;
  readonly object: 'model';
  readonly created: number;
  readonly owned_by: string;
}

/** What a request's `model` may name, and the targets that may answer it. */
interface Named {
  readonly id: string;
  readonly owner: string;
  readonly targets: readonly PreparedTarget[];
}

/** The owner of chains. */
const OWN = '429chain';

/** Returns everything that a request's `model` may name: chains first, then their targets, without those that a rule forbids. */
const namedIn = ({ chains }: Current): Named[] => {
  const direct = { rules: chains.directRules };
  const all = chains.all.flatMap((chain) => chain.targets).filter((target) => barOf(target, direct) === undefined);
  // A target with several keys is one model.
  const targets = new Map<string, PreparedTarget[]>();
  for (const target of all) {
    const id = keylessId(target);
    const known = targets.get(id);
    if (known === undefined) targets.set(id, [target]);
    else known.push(target);
  }
  return [
    ...chains.all.map((chain) => ({
      id: chain.name,
      owner: OWN,
      targets: chain.targets.filter((target) => barOf(target, chain) === undefined),
    })),
    ...[...targets].map(([id, of]) => ({ id, owner: of[0]?.provider ?? OWN, targets: of })),
  ];
};

const modelOf = (current: Current, { id, owner, targets }: Named): Model => ({
  id,
  object: 'model',
  created: Math.floor(current.startedAt / 1000),
  owned_by: owner,
  ...factsOf(
    targets
      .filter(({ unusable }) => unusable === undefined)
      .map((target) => current.modelOf(target))
      .filter((model) => model !== undefined),
  ),
});

/** Returns everything that a request's `model` may name, as protocols see it. */
export const namedModels = (current: Current): NamedModel[] =>
  namedIn(current).map((named) => {
    const {
      id,
      created,
      context_length: contextWindow,
      max_completion_tokens: maxOutput,
      ...facts
    } = modelOf(current, named);
    return {
      id,
      isChain: named.owner === OWN,
      created,
      contextWindow,
      maxOutput,
      tools: facts.supported_parameters?.includes('tools'),
      vision: facts.architecture?.input_modalities.includes('image'),
    };
  });

/** Returns the models as clients of Anthropic see them. */
const listedIn = (current: Current): readonly ListedModel[] => listedModels(namedModels(current), claudeNameOf);

export const getModels =
  (current: () => Current) =>
  (ctx: Context): void => {
    const running = current();
    ctx.body = isFromAnthropicClient(ctx.headers)
      ? pageOf(listedIn(running), new URLSearchParams(ctx.querystring))
      : { object: 'list', data: namedIn(running).map((named) => modelOf(running, named)) };
  };

/** @throws ChainError `model_not_found` */
export const getModel =
  (current: () => Current) =>
  (ctx: RouteContext): void => {
    const { id = '' } = ctx.params;
    const found = isFromAnthropicClient(ctx.headers)
      ? listedIn(current()).find((each) => each.id === id)
      : modelNamed(current(), id);
    if (found === undefined) {
      throw new ChainError('model_not_found', `No chain or target is named "${id}". GET /v1/models lists them all.`, {
        param: 'model',
      });
    }
    ctx.body = found;
  };

const modelNamed = (current: Current, id: string): Model | undefined => {
  const named = namedIn(current).find((each) => each.id === id);
  return named && modelOf(current, named);
};
