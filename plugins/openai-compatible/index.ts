import { definePlugin, type ModelView, readErrorBody, readFailure } from '429chain/plugin';
import { repairsIn } from './repairs.js';
import { RULES } from './rules/index.js';

/** Mistral's list states capabilities, and includes models that cannot chat. */
const readModel = ({ capabilities }: Readonly<Record<string, unknown>>): Partial<ModelView> | undefined => {
  if (typeof capabilities !== 'object' || capabilities === null) return {};
  const { completion_chat: chat, vision, function_calling: tools } = capabilities as Record<string, unknown>;
  if (chat === false) return undefined;
  return {
    ...(typeof vision === 'boolean' ? { vision } : {}),
    ...(typeof tools === 'boolean' ? { tools } : {}),
  };
};

/** A server may have any of these endpoints. What it turns out not to have, it is not asked for again for a while. */
const EVERYTHING = [
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

/** The type for any server with OpenAI's protocol. Also reads the failures of all types that no other plugin reads. */
export default definePlugin({
  name: 'openai-compatible',
  apply(api) {
    api.addProviderType('openai-compatible', {
      about: {
        title: 'Any OpenAI-compatible server',
        freeTier: 'A server of your own, such as Ollama, LM Studio or vLLM, or any other provider: give its base URL.',
        needsKey: false,
      },
      speaks: EVERYTHING,
      readModel,
    });
    api.hooks.onError.tap({ name: 'openai-compatible', stage: 100 }, (failure) => {
      const verdict = readFailure(failure, RULES);
      if (verdict?.class !== 'bad_request' || verdict.repairs !== undefined) return verdict;
      const repairs = repairsIn(readErrorBody(failure.body ?? failure.message));
      return repairs.length === 0 ? verdict : { ...verdict, repairs };
    });
  },
});
