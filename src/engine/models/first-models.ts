import type { ModelView } from '../../contract/models.js';
import type { FreeOffer } from '../../plugin/door/free-offer.js';
import type { ProviderType } from '../../plugin/door/provider-type.js';
import { isEmbeddingModel } from '../surfaces/embedding-model.js';

/** Names of models that do something else than chat. Lists without types have them beside the others. */
const OTHER_TASKS =
  /(?:^|[^a-z])(?:whisper|tts|speech|transcri(?:be|ption)|rerank(?:er)?|guard|safeguard|moderation|ocr|image|flux|sdxl|stable-diffusion|video)(?:[^a-z]|$)/i;

const canChat = ({ id }: ModelView): boolean => !isEmbeddingModel(id) && !OTHER_TASKS.test(id);

/** How many models of a provider a first chain has. Those that need no key give little each. */
const WITH_KEY = 1;
const WITHOUT_KEY = 2;

/** The free models that the offers of a type name, the best first. */
export const namedModels = ({ about }: ProviderType, hasKey: boolean): readonly string[] => {
  const kinds: readonly FreeOffer['kind'][] = hasKey ? ['recurring', 'zero-price'] : ['keyless', 'own'];
  return (about?.offers ?? []).filter(({ kind }) => kinds.includes(kind)).flatMap(({ examples = [] }) => examples);
};

/**
 * Returns the ids of a provider's models for a first chain, the best first. They are the first ones that its offers name and
 * its list has and does not price. Where there is none, they are free models of the list that can chat, or nothing.
 * @param models the provider's list; absent if it is unknown
 * @param hasKey whether the provider has a key. Without one, it cannot charge for a model
 */
export const firstModels = (
  type: ProviderType,
  models: readonly ModelView[] | undefined,
  hasKey: boolean,
): readonly string[] => {
  const most = hasKey ? WITH_KEY : WITHOUT_KEY;
  const named = namedModels(type, hasKey);
  if (models === undefined || models.length === 0) return named.slice(0, most);
  const listed = new Map(models.map((model) => [model.id, model]));
  const left = named.filter((id) => listed.has(id) && listed.get(id)?.free !== false);
  if (left.length > 0) return left.slice(0, most);
  const saysFree = models.some(({ free }) => free === true);
  const costsNothing = ({ free }: ModelView): boolean =>
    saysFree ? free === true : free === undefined && type.keyless !== undefined && !hasKey;
  return models
    .filter((model) => costsNothing(model) && canChat(model))
    .slice(0, most)
    .map(({ id }) => id);
};
