import type { ModelView, ProviderType } from '429chain/plugin';

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

const DOCS = 'https://developers.cloudflare.com/workers-ai/platform';

/** Its address has the id of the account. */
export const cloudflare: ProviderType = {
  baseUrl: 'https://api.cloudflare.com/client/v4/accounts/{accountId}/ai/v1',
  about: {
    title: 'Cloudflare Workers AI',
    freeTier:
      '10,000 neurons a day for the account, until 00:00 UTC; then requests fail and nothing is billed. kimi-k2.6, kimi-k2.7-code, GLM 5 and two of deepseek-v4 are not part of it.',
    source: `${DOCS}/pricing`,
    date: '2026-09-26',
    keyUrl: 'https://dash.cloudflare.com/profile/api-tokens',
    training: { posture: 'no', source: `${DOCS}/data-usage`, date: '2026-09-26' },
  },
  modelsPath: '/../models/search?per_page=100',
  modelList: { list: 'result', id: 'name' },
  readModel,
  countsBound: false,
  knownLimits: [{ requests: 300, per: '1m', scope: 'provider', source: `${DOCS}/limits`, date: '2026-09-26' }],
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
