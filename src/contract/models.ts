/** A model in a provider's list. Fields that the provider does not report are absent. */
export interface ModelView {
  /** The provider's id for the model. */
  readonly id: string;
  readonly name?: string;
  /** The maximum number of tokens, prompt and answer together. */
  readonly contextWindow?: number;
  readonly maxOutput?: number;
  /** Whether the model is free, according to the provider or because the free tier covers all models. */
  readonly free?: boolean;
  /** US dollars per million tokens. */
  readonly price?: { readonly input: number; readonly output: number };
  readonly vision?: boolean;
  readonly tools?: boolean;
  readonly reasoning?: boolean;
  /** Epoch ms. */
  readonly created?: number;
}

/** The result of asking a provider for its models. */
export interface ProviderTrial {
  /** `ok`: the provider sent a list · `no list`: it answered without a list. */
  readonly state:
    | 'ok'
    | 'no list'
    | 'at its limit'
    | 'key refused'
    | 'failing'
    | 'unreachable'
    | 'unconfigured'
    | 'disabled'
    | 'not asked';
  /** What is wrong and what to do, with keys masked. Empty if the state is clear enough. */
  readonly detail: string;
  /** The list is public, so the key was not tested. */
  readonly keyUntried?: boolean;
  /** Free ones first. */
  readonly models: readonly ModelView[];
  /** Each of several keys. The other fields are those of the first key that works. */
  readonly keys?: readonly KeyTrial[];
}

/** The result of one of several keys. */
interface KeyTrial extends Pick<ProviderTrial, 'state' | 'detail' | 'keyUntried'> {
  readonly label: string;
}

/** The result of asking a provider that may be added to a chain. */
export interface TryReply extends ProviderTrial {
  /** Ids of free models to begin with, the best first; known ones if the provider sent no list. */
  readonly first: readonly string[];
}

export interface ModelsReply extends TryReply {
  /** The time of the request, epoch ms. */
  readonly at: number;
}
