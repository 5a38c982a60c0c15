import type { NamedModel } from '../../plugin/door/protocol.js';
import type { Fields } from '../fields.js';

/** The header by which clients of Anthropic are known. */
const VERSION_HEADER = 'anthropic-version';

/** Whether a request comes from a client of Anthropic. */
export const isFromAnthropicClient = (headers: Readonly<Record<string, unknown>>): boolean =>
  headers[VERSION_HEADER] !== undefined;

/** A model as Anthropic shows it. */
export interface ListedModel {
  readonly type: 'model';
  readonly id: string;
  readonly display_name: string;
  /** ISO 8601. */
  readonly created_at: string;
}

/**
 * Returns the models for clients of Anthropic: chains, their names for clients that list only names with `claude`, and
 * targets.
 * @param claudeNameOf returns such a name
 */
export const listedModels = (
  models: readonly NamedModel[],
  claudeNameOf: (chain: string) => string,
): readonly ListedModel[] => {
  const chains = models.filter(({ isChain }) => isChain);
  return [
    ...chains.map((model) => listed(model)),
    ...chains.map((model) => ({ ...listed(model, claudeNameOf(model.id)), display_name: `${model.id} (429chain)` })),
    ...models.filter(({ isChain }) => !isChain).map((model) => listed(model)),
  ];
};

const listed = ({ id: name, created }: NamedModel, id = name): ListedModel => ({
  type: 'model',
  id,
  display_name: name,
  created_at: new Date(created * 1_000).toISOString().replace('.000', ''),
});

/** Returns the page of the list that `limit`, `after_id` and `before_id` ask for. By default, everything. */
export const pageOf = (models: readonly ListedModel[], query: URLSearchParams): Fields => {
  const at = (name: string): number => models.findIndex(({ id }) => id === query.get(name));
  const limit = Math.floor(Number(query.get('limit'))) || models.length;
  const before = at('before_id');
  const start = at('after_id') + 1;
  const found = before === -1 ? models.slice(start) : models.slice(start, before);
  const data = before === -1 ? found.slice(0, Math.max(1, limit)) : found.slice(-Math.max(1, limit));
  return {
    data,
    has_more: data.length < found.length,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
};
