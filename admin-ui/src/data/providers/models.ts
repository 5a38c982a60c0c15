import type { ModelView } from '../../../../src/contract/models.js';

/** A model in a list that may hold those of several providers. */
export interface ListedModel extends ModelView {
  /** The id of the provider that offers it. */
  readonly provider?: string;
}

export interface ModelFilter {
  /** Words that must all be in its id, name or provider, whatever their case. */
  readonly text: string;
  readonly free: boolean;
  readonly vision: boolean;
  readonly tools: boolean;
  /** Tokens, at least. */
  readonly contextWindow: number;
}

export const ALL_MODELS: ModelFilter = { text: '', free: false, vision: false, tools: false, contextWindow: 0 };

/** Those that a filter lets through. A provider that does not tell is taken at no word: what it leaves out is not there. */
export const filtered = <M extends ListedModel>(models: readonly M[], filter: ModelFilter): readonly M[] => {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return models.filter((model) => {
    const text = `${model.provider ?? ''}/${model.id} ${model.name ?? ''}`.toLowerCase();
    return (
      words.every((word) => text.includes(word)) &&
      (!filter.free || model.free === true) &&
      (!filter.vision || model.vision === true) &&
      (!filter.tools || model.tools === true) &&
      (filter.contextWindow === 0 || (model.contextWindow ?? 0) >= filter.contextWindow)
    );
  });
};

/** As a chain names it. */
export const targetOf = ({ provider, id }: ListedModel): string => (provider === undefined ? id : `${provider}/${id}`);

const dollars = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD', maximumSignificantDigits: 3 });

/** `free`, `$0.15 / $0.60` for a million tokens in and out, or nothing where the provider does not tell. */
export const priceText = ({ free, price }: ModelView): string => {
  if (free === true) return 'free';
  return price === undefined ? '' : `${dollars.format(price.input)} / ${dollars.format(price.output)}`;
};

const tokens = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** `131K`, or nothing where the provider does not tell. */
export const windowText = ({ contextWindow }: ModelView): string =>
  contextWindow === undefined ? '' : tokens.format(contextWindow);

/** What it can do beside words, such as `vision`, `tools`. */
export const abilitiesOf = ({ vision, tools, reasoning }: ModelView): readonly string[] => [
  ...(vision === true ? ['vision'] : []),
  ...(tools === true ? ['tools'] : []),
  ...(reasoning === true ? ['reasoning'] : []),
];
