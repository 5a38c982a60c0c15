import type { ModelView } from '../../contract/models.js';
import type { ModelList, ProviderType } from '../../plugin/door/provider-type.js';
import { isFields } from '../../plugin/fields.js';
import { isFreeModel } from '../../plugin/readers/free-offers.js';
import { MOST_COUNT } from '../../plugin/readers/headers/headers.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Returns the models in a provider's answer to `GET /models`, free ones first and then the newest. Leaves out inactive
 * models, and those that the provider type does not consider chat models. Returns `undefined` for an unknown format.
 * `keyless`: the provider was asked without a key.
 */
export const modelsIn = (
  response: unknown,
  { about, readModel, translate, modelList = {} }: ProviderType,
  { keyless = false }: { readonly keyless?: boolean } = {},
): ModelView[] | undefined => {
  const answer = translate?.models === undefined ? response : translate.models(response);
  const list = Array.isArray(answer) ? answer : isFields(answer) ? listIn(answer, modelList) : undefined;
  if (!Array.isArray(list)) return undefined;
  const { id = 'id', free, except, also = [] } = modelList;
  const listed = list.flatMap((entry): (Fields & { id: string })[] =>
    isFields(entry) && typeof entry[id] === 'string' ? [{ ...entry, id: entry[id] }] : [],
  );
  if (listed.length === 0 && list.length > 0) return undefined;
  const missing = also.filter((name) => listed.every((entry) => entry.id !== name));
  return [...listed, ...missing.map((name): (typeof listed)[number] => ({ id: name }))]
    .filter((entry) => entry.active !== false && except?.test(entry.id) !== true)
    .flatMap((entry): ModelView[] => {
      const ownFields = readModel === undefined ? {} : readModel(entry);
      if (ownFields === undefined) return [];
      const isFree = free?.test(entry.id) ?? isFreeModel(about?.offers, entry.id, { keyless }) ?? about?.allFree;
      return [
        {
          ...(isFree === undefined ? {} : { free: isFree }),
          ...usualFields(entry),
          ...ownFields,
          id: bareId(entry.id),
        },
      ];
    })
    .sort(freeAndNewestFirst);
};

/** Returns a model's id without the `models/` that Gemini puts before it. */
export const bareId = (id: string): string => id.replace(/^models\//, '');

/** Ollama sends `data: null` when it has no models. */
const listIn = (answer: Fields, { list = 'data' }: ModelList): unknown =>
  answer[list] === null && answer.object === 'list' ? [] : answer[list];

/** Reads fields that several providers share: Groq, OpenRouter, Together, Mistral, vLLM. */
const usualFields = (entry: Fields): Partial<ModelView> => {
  const { name, created } = entry;
  const contextWindow = firstCount(entry, 'context_length', 'context_window', 'max_context_length', 'max_model_len');
  const maxOutput = firstCount(entry, 'max_completion_tokens', 'max_output_length');
  return {
    ...(typeof name === 'string' && name !== '' ? { name } : {}),
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(maxOutput === undefined ? {} : { maxOutput }),
    // OpenAI sends seconds. Some providers send 0 or a negative number.
    ...(typeof created === 'number' && created > 0 && created <= LAST_SECOND ? { created: created * 1000 } : {}),
  };
};

/** The last second that a `Date` can hold. */
const LAST_SECOND = 8.64e12;

const firstCount = (entry: Fields, ...names: readonly string[]): number | undefined =>
  names
    .map((name) => entry[name])
    .find((value): value is number => typeof value === 'number' && value > 0 && value <= MOST_COUNT);

const freeAndNewestFirst = (one: ModelView, other: ModelView): number =>
  Number(other.free ?? false) - Number(one.free ?? false) ||
  (other.created ?? 0) - (one.created ?? 0) ||
  one.id.localeCompare(other.id);
