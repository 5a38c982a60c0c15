import type { ModelView } from '../../../../src/contract/models.js';
import { hasWords, searchWords } from '../search-words.js';

/** A model in a list that may have several providers. */
export interface ListedModel extends ModelView {
  /** The id of its provider. */
  readonly provider?: string;
}

export interface ModelFilter {
  /** Words that must all be in its id, name or provider. Case does not matter. */
  readonly text: string;
  readonly free: boolean;
  readonly vision: boolean;
  readonly tools: boolean;
  /** The minimum in tokens. */
  readonly contextWindow: number;
}

export const ALL_MODELS: ModelFilter = { text: '', free: false, vision: false, tools: false, contextWindow: 0 };

/** The models that match a filter. Unknown capabilities count as missing. */
export const filtered = <M extends ListedModel>(models: readonly M[], filter: ModelFilter): readonly M[] => {
  const words = searchWords(filter.text);
  return models.filter((model) => {
    return (
      hasWords(`${model.provider ?? ''}/${model.id} ${model.name ?? ''}`, words) &&
      (!filter.free || model.free === true) &&
      (!filter.vision || model.vision === true) &&
      (!filter.tools || model.tools === true) &&
      (filter.contextWindow === 0 || (model.contextWindow ?? 0) >= filter.contextWindow)
    );
  });
};

/** The target of a model, as in a chain. */
export const targetOf = ({ provider, id }: ListedModel): string => (provider === undefined ? id : `${provider}/${id}`);

const dollars = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD', maximumSignificantDigits: 3 });

/** `free`, `$0.15 / $0.60` per million tokens in and out, or empty if unknown. */
export const priceText = ({ free, price }: ModelView): string => {
  if (free === true) return 'free';
  return price === undefined ? '' : `${dollars.format(price.input)} / ${dollars.format(price.output)}`;
};

const tokens = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** `131K`, or empty if unknown. */
export const windowText = ({ contextWindow }: ModelView): string =>
  contextWindow === undefined ? '' : tokens.format(contextWindow);

/** Its capabilities besides text, such as `vision` and `tools`. */
export const abilitiesOf = ({ vision, tools, reasoning }: ModelView): readonly string[] => [
  ...(vision === true ? ['vision'] : []),
  ...(tools === true ? ['tools'] : []),
  ...(reasoning === true ? ['reasoning'] : []),
];
