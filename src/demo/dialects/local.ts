import { type Dialect, modelList, type Refused, type Reply } from '../dialect.js';

const failure = (status: number, message: string, type: string): Reply => ({
  status,
  body: { error: { message, type, param: null, code: null } },
});

/** No window, no header, no hint: it is busy, or it is not. */
const refuse = ({ refusal }: Refused): Reply =>
  refusal.retryAfterMs === Number.POSITIVE_INFINITY
    ? failure(400, `the prompt is longer than the context length of ${refusal.limit} tokens`, 'invalid_request_error')
    : failure(503, 'server busy, please try again.  maximum pending requests exceeded', 'api_error');

/** A server on the own machine, in the words of Ollama; with a key, which only vLLM asks for. */
export const local: Dialect = {
  covers: 'account',
  completions: { idPrefix: 'chatcmpl-', streamUsage: 'no choices' },
  answerHeaders: () => ({}),
  refuse,
  wrongKey: () => ({ status: 401, body: { error: 'Unauthorized' } }),
  unknownModel: (model) => failure(404, `model '${model}' not found`, 'not_found_error'),
  badRequest: (message) => failure(400, message, 'invalid_request_error'),
  listModels: (ids) => modelList(ids, 'library'),
};
