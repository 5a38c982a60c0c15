import type { ModelView } from '../../contract/models.js';
import type { ProviderType } from '../../plugin/door/provider-type.js';
import { isFields } from '../../plugin/readers/error-body.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The models in a provider's list of them, free ones first and then the newest; `undefined` when it is no list
 * that we know. What the provider type does not take for a model to talk with is left out.
 */
export const modelsIn = (said: unknown, { about, readModel, translate }: ProviderType): ModelView[] | undefined => {
  const answer = translate?.models === undefined ? said : translate.models(said);
  const list = Array.isArray(answer) ? answer : isFields(answer) ? listIn(answer) : undefined;
  if (!Array.isArray(list)) return undefined;
  const listed = list.filter(
    (entry): entry is Fields & { id: string } => isFields(entry) && typeof entry.id === 'string',
  );
  if (listed.length === 0 && list.length > 0) return undefined;
  return listed
    .filter(({ active }) => active !== false)
    .flatMap((entry): ModelView[] => {
      const told = readModel === undefined ? {} : readModel(entry);
      if (told === undefined) return [];
      return [{ ...(about?.allFree ? { free: true } : {}), ...usualFields(entry), ...told, id: bareId(entry.id) }];
    })
    .sort(freeAndNewestFirst);
};

/** A model as lists and targets name it alike: without Gemini's `models/`. */
export const bareId = (id: string): string => id.replace(/^models\//, '');

/** Ollama without a model says `data: null`. */
const listIn = ({ data, object }: Fields): unknown => (data === null && object === 'list' ? [] : data);

/** What several providers call by these names: Groq, OpenRouter, Together, Mistral, vLLM. */
const usualFields = (entry: Fields): Partial<ModelView> => {
  const { name, created } = entry;
  const contextWindow = firstCount(entry, 'context_length', 'context_window', 'max_context_length', 'max_model_len');
  const maxOutput = firstCount(entry, 'max_completion_tokens', 'max_output_length');
  return {
    ...(typeof name === 'string' && name !== '' ? { name } : {}),
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(maxOutput === undefined ? {} : { maxOutput }),
    // Seconds, as at OpenAI. Some write 0 or nonsense.
    ...(typeof created === 'number' && created > 0 ? { created: created * 1000 } : {}),
  };
};

const firstCount = (entry: Fields, ...names: readonly string[]): number | undefined =>
  names.map((name) => entry[name]).find((value): value is number => typeof value === 'number' && value > 0);

const freeAndNewestFirst = (one: ModelView, other: ModelView): number =>
  Number(other.free ?? false) - Number(one.free ?? false) ||
  (other.created ?? 0) - (one.created ?? 0) ||
  one.id.localeCompare(other.id);
