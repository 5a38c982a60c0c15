import { type Dialect, modelList, type RefusedRequest, type Reply } from '../dialect.js';

const failure = (status: number, message: string, type: string): Reply => ({
  status,
  body: { error: { message, type, param: null, code: null } },
});

/** A local server has no windows, headers or hints: it is busy or not. */
const refuse = ({ refusal }: RefusedRequest): Reply =>
  refusal.retryAfterMs === Number.POSITIVE_INFINITY
    ? failure(400, `the prompt is longer than the context length of ${refusal.limit} tokens`, 'invalid_request_error')
    : failure(503, 'server busy, please try again.  maximum pending requests exceeded', 'api_error');

/** A server on the same machine, with the messages of Ollama. The demo uses a key, as vLLM does. */
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
