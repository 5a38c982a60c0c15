import type { ModelView, ProviderType } from '429chain/plugin';

/** Mistral's list states capabilities, and includes models that cannot chat. */
export const readCapabilities = ({
  capabilities,
}: Readonly<Record<string, unknown>>): Partial<ModelView> | undefined => {
  if (typeof capabilities !== 'object' || capabilities === null) return {};
  const { completion_chat: chat, vision, function_calling: tools } = capabilities as Record<string, unknown>;
  if (chat === false) return undefined;
  return {
    ...(typeof vision === 'boolean' ? { vision } : {}),
    ...(typeof tools === 'boolean' ? { tools } : {}),
  };
};

/** A server may have any of these endpoints. What it turns out not to have, it is not asked for again for a while. */
export const EVERYTHING = [
  'chat',
  'completions',
  'embeddings',
  'transcriptions',
  'translations',
  'speech',
  'moderations',
  'rerank',
  'images',
];

/** Any server with OpenAI's protocol. */
export const openaiCompatible: ProviderType = {
  about: {
    title: 'Any OpenAI-compatible server',
    freeTier: 'A server of your own, such as Ollama, LM Studio or vLLM, or any other provider: give its base URL.',
    offers: [{ kind: 'own', what: 'your own server' }],
    needsKey: false,
  },
  speaks: EVERYTHING,
  readModel: readCapabilities,
  conversation: [
    {
      model: /kimi/i,
      toolCallIds: { pattern: /^(?:functions\.[\w-]{1,64}:\d{1,6}|[\w-]{1,40})$/, prefix: 'call_', length: 24 },
    },
  ],
};
