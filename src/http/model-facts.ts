import type { ModelView } from '../contract/models.js';

/** What a client can read about a model. Fields that are not known are absent. */
export interface ModelFacts {
  /** The maximum number of tokens, prompt and answer together. */
  readonly context_length?: number;
  /** The same, by the name that Groq gives it. */
  readonly context_window?: number;
  readonly max_completion_tokens?: number;
  readonly architecture?: { readonly input_modalities: readonly string[] };
  readonly supported_parameters?: readonly string[];
}

/**
 * Returns the facts about models of which any may answer: the best of each, since a request that one of them refuses as too
 * large goes to the next.
 */
export const factsOf = (models: readonly ModelView[]): ModelFacts => {
  const contextWindow = largest(models.map((model) => model.contextWindow));
  const maxOutput = largest(models.map((model) => model.maxOutput));
  const parameters = [
    ...(models.some(({ tools }) => tools) ? ['tools', 'tool_choice'] : []),
    ...(models.some(({ reasoning }) => reasoning) ? ['reasoning_effort'] : []),
  ];
  return {
    ...(contextWindow === undefined ? {} : { context_length: contextWindow, context_window: contextWindow }),
    ...(maxOutput === undefined ? {} : { max_completion_tokens: maxOutput }),
    ...(models.some(({ vision }) => vision) ? { architecture: { input_modalities: ['text', 'image'] } } : {}),
    ...(parameters.length === 0 ? {} : { supported_parameters: parameters }),
  };
};

const largest = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
};
