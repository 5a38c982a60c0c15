import { definePlugin, type ProviderType } from '429chain/plugin';
import { cerebras } from './cerebras.js';
import { cloudflare } from './cloudflare.js';
import { cohere } from './cohere.js';
import { deepseek } from './deepseek.js';
import { fireworks } from './fireworks.js';
import { gemini } from './gemini.js';
import { groq } from './groq.js';
import { huggingface } from './huggingface.js';
import { kilo } from './kilo.js';
import { llamaCpp } from './llama-cpp.js';
import { llm7 } from './llm7.js';
import { lmStudio } from './lm-studio.js';
import { mistral } from './mistral.js';
import { modelscope } from './modelscope.js';
import { moonshot } from './moonshot.js';
import { nvidiaNim } from './nvidia-nim.js';
import { ollama, ollamaCloud } from './ollama.js';
import { openaiCompatible } from './openai-compatible.js';
import { opencodeZen } from './opencode-zen.js';
import { openrouter } from './openrouter.js';
import { ovh } from './ovh.js';
import { sambanova } from './sambanova.js';
import { siliconflow } from './siliconflow.js';
import { together } from './together.js';
import { vercel } from './vercel.js';
import { vllm } from './vllm.js';
import { zai } from './zai.js';

/** The provider types that need no plugin, by the name that the configuration uses: free tiers, paid ones, servers of one's own. */
export const PROVIDER_TYPES: Readonly<Record<string, ProviderType>> = {
  groq,
  gemini,
  openrouter,
  mistral,
  'nvidia-nim': nvidiaNim,
  cloudflare,
  zai,
  kilo,
  'opencode-zen': opencodeZen,
  llm7,
  ovh,
  'ollama-cloud': ollamaCloud,
  cohere,
  modelscope,
  huggingface,
  vercel,
  siliconflow,
  cerebras,
  sambanova,
  together,
  fireworks,
  deepseek,
  moonshot,
  ollama,
  'lm-studio': lmStudio,
  vllm,
  'llama-cpp': llamaCpp,
  'openai-compatible': openaiCompatible,
};

export default definePlugin({
  name: 'providers',
  description: 'Knows the built-in providers: their addresses, limits, errors and free offers.',
  apply(api) {
    for (const [name, type] of Object.entries(PROVIDER_TYPES)) api.addProviderType(name, type);
  },
});
