import { definePlugin, type ProviderType } from '429chain/plugin';
import { cerebras } from './cerebras.js';
import { groq } from './groq.js';
import { openaiCompatible } from './openai-compatible.js';
import { openrouter } from './openrouter.js';

/** The provider types that need no plugin, by the name that the configuration uses. */
export const PROVIDER_TYPES: Readonly<Record<string, ProviderType>> = {
  groq,
  cerebras,
  openrouter,
  'openai-compatible': openaiCompatible,
};

export default definePlugin({
  name: 'providers',
  apply(api) {
    for (const [name, type] of Object.entries(PROVIDER_TYPES)) api.addProviderType(name, type);
  },
});
