/** A model that a provider offers. What the provider does not tell is absent. */
export interface ModelView {
  /** As the provider writes it. */
  readonly id: string;
  readonly name?: string;
  /** Tokens of prompt and answer together. */
  readonly contextWindow?: number;
  readonly maxOutput?: number;
  /** Costs nothing: the provider says so, or everything within its free tier does. */
  readonly free?: boolean;
  /** US dollars per million tokens. */
  readonly price?: { readonly input: number; readonly output: number };
  readonly vision?: boolean;
  readonly tools?: boolean;
  readonly reasoning?: boolean;
  /** Epoch ms. */
  readonly created?: number;
}

/** What came of asking a provider for its models. */
export interface ProviderTrial {
  /** `ok`: it answered with a list. `no list`: it answers, but has none. */
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
  /** In plain words, with keys masked: what was wrong, and what to do. Empty where the state says it all. */
  readonly detail: string;
  /** It lists its models to anybody, so that its key was not tried. */
  readonly keyUntried?: boolean;
  /** Free ones first. */
  readonly models: readonly ModelView[];
}

export interface ModelsReply extends ProviderTrial {
  /** When it was asked, epoch ms. */
  readonly at: number;
}
