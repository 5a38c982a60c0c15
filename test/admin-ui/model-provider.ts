import { answer, reply, ScriptedUpstream } from '../scripted-upstream.js';

export const GOOD_KEY = 'sk-good-key-that-nobody-may-see-4f2a';
export const WRONG_KEY = 'sk-wrong-key-that-is-refused-77aa';

/** Models as OpenRouter lists them. */
const MODELS = [
  {
    id: 'paid/large',
    name: 'Large',
    context_length: 200_000,
    pricing: { prompt: '0.000001', completion: '0.000002' },
    architecture: { input_modalities: ['text', 'image'], output_modalities: ['text'] },
    supported_parameters: ['tools'],
  },
  {
    id: 'small/eight:free',
    name: 'Eight',
    context_length: 8_192,
    pricing: { prompt: '0', completion: '0' },
    architecture: { input_modalities: ['text'], output_modalities: ['text'] },
    supported_parameters: [],
  },
  {
    id: 'seeing/nine:free',
    name: 'Nine',
    context_length: 131_072,
    pricing: { prompt: '0', completion: '0' },
    architecture: { input_modalities: ['text', 'image'], output_modalities: ['text'] },
    supported_parameters: ['tools', 'reasoning'],
  },
];

/** A provider that checks its key, lists its models, and answers with `words`. */
export const startModelProvider = async (words = 'Water that falls.'): Promise<ScriptedUpstream> => {
  const upstream = await ScriptedUpstream.start();
  return upstream.always((res, request) => {
    const key = request.headers.authorization;
    if (key !== `Bearer ${GOOD_KEY}`)
      return reply(401, { error: { message: 'Invalid API Key', code: 'invalid_api_key' } })(res, request);
    return request.path.endsWith('/models') ? reply(200, { data: MODELS })(res, request) : answer(words)(res, request);
  });
};
