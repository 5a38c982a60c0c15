import type { ModelView, ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';

type Fields = Readonly<Record<string, unknown>>;

/** Reads an entry of Cloudflare's list: its details are a list of names and values. */
const readModel = ({ task, properties }: Fields): Partial<ModelView> | undefined => {
  const { name } = (task ?? {}) as Fields;
  if (name !== undefined && name !== 'Text Generation') return undefined;
  const value = (id: string): unknown =>
    (Array.isArray(properties) ? (properties as Fields[]) : []).find(({ property_id }) => property_id === id)?.value;
  const contextWindow = Number(value('context_window'));
  return {
    ...(contextWindow > 0 ? { contextWindow } : {}),
    ...(value('function_calling') === 'true' ? { tools: true } : {}),
  };
};

/** Its address has the id of the account. */
export const cloudflare: ProviderType = {
  baseUrl: 'https://api.cloudflare.com/client/v4/accounts/{accountId}/ai/v1',
  ...FACTS.cloudflare,
  modelsPath: '/../models/search?per_page=100',
  modelList: { list: 'result', id: 'name' },
  readModel,
  countsBound: false,
  adaptations: [
    { field: 'messages[].content', flatten: true, why: 'Cloudflare takes plain texts only' },
    { field: 'messages[].content', from: null, replace: '', why: 'Cloudflare refuses null' },
    {
      field: 'max_tokens',
      when: { with: 'messages', without: 'max_completion_tokens' },
      default: 8192,
      why: "Cloudflare's own default cuts answers",
    },
  ],
};
