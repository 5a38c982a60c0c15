import {
  definePlugin,
  type ErrorFacts,
  type Failure,
  type ModelView,
  readErrorBody,
  readFailure,
  type Verdict,
} from '429chain/plugin';
import { conversationRepairsIn } from './conversation-repairs.js';
import { lacksIn } from './lacks.js';
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

/** Classes of failures under which servers refuse a conversation: a template that fails is often an error of the server. */
const CONVERSATIONAL: ReadonlySet<string | undefined> = new Set(['bad_request', 'server_error', 'not_found']);

/** What a failure says about the parts of the request; `undefined` if nothing. */
const aboutRequest = (verdict: Verdict, { status = 0 }: Failure, facts: ErrorFacts): Verdict | undefined => {
  if (status < 400 || !CONVERSATIONAL.has(verdict.class)) return undefined;
  const repairs = verdict.class === 'bad_request' ? repairsIn(facts) : conversationRepairsIn(facts.message);
  const lacks = lacksIn(facts.message);
  if (repairs.length === 0 && lacks.length === 0) return undefined;
  return {
    ...(verdict.class === 'bad_request' ? verdict : { class: 'bad_request', signals: verdict.signals }),
    ...(repairs.length === 0 ? {} : { repairs }),
    ...(lacks.length === 0 ? {} : { lacks }),
  };
};

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
      conversation: [
        {
          model: /kimi/i,
          toolCallIds: { pattern: /^(?:functions\.[\w-]{1,64}:\d{1,6}|[\w-]{1,40})$/, prefix: 'call_', length: 24 },
        },
      ],
    });
    api.hooks.onError.tap({ name: 'openai-compatible', stage: 100 }, (failure) => {
      const verdict = readFailure(failure, RULES);
      if (verdict === undefined || verdict.repairs !== undefined) return verdict;
      const facts = readErrorBody(failure.body ?? failure.message);
      return aboutRequest(verdict, failure, facts) ?? verdict;
    });
  },
});
