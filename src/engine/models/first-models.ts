import type { ModelView } from '../../contract/models.js';
import type { ProviderType } from '../../plugin/door/provider-type.js';
import { isEmbeddingModel } from '../surfaces/embedding-model.js';

/** Names of models that do something else than chat. Lists without types have them beside the others. */
const OTHER_TASKS =
  /(?:^|[^a-z])(?:whisper|tts|speech|transcri(?:be|ption)|rerank(?:er)?|guard|safeguard|moderation|ocr|image|flux|sdxl|stable-diffusion|video)(?:[^a-z]|$)/i;

const canChat = ({ id }: ModelView): boolean => !isEmbeddingModel(id) && !OTHER_TASKS.test(id);

/**
 * Returns the ids of a provider's models for a first chain, the best first. They are those that its type names, but for those
 * that its list lacks or prices. Where none remains, they are free models of the list that can chat, or none.
 * @param models the provider's list; absent if it is unknown
 * @param hasKey whether the provider has a key. Without one, it cannot charge for a model
 */
export const firstModels = (
  { about, keyless }: ProviderType,
  models: readonly ModelView[] | undefined,
  hasKey: boolean,
): readonly string[] => {
  const named = about?.firstModels ?? [];
  if (models === undefined || models.length === 0) return named;
  const listed = new Map(models.map((model) => [model.id, model]));
  const left = named.filter((id) => listed.has(id) && listed.get(id)?.free !== false);
  if (left.length > 0) return left;
  const saysFree = models.some(({ free }) => free === true);
  const costsNothing = ({ free }: ModelView): boolean =>
    saysFree ? free === true : free === undefined && keyless !== undefined && !hasKey;
  return models
    .filter((model) => costsNothing(model) && canChat(model))
    .slice(0, Math.max(1, named.length))
    .map(({ id }) => id);
};
