import type { FailureClass } from '../../../../src/contract/quota.js';
import type { RequestRecord } from '../../../../src/contract/requests.js';

/** The words for a status. */
const MEANINGS: Readonly<Record<number, string>> = {
  400: 'The request was refused',
  401: 'The API key was refused',
  404: 'Model or endpoint not found',
  413: 'The request was too large',
  415: 'The content type was refused',
  422: 'The request was refused',
  429: 'Every target was at its limit',
  499: 'The client disconnected',
  502: 'The stream broke',
  503: 'No target could answer',
};

/** The status of a request in words. */
export const meaningOf = (status: number): string => MEANINGS[status] ?? (status < 400 ? 'Answered' : 'It failed');

/** The colour of a status: green, amber or red. */
export const kindOf = (status: number): 'good' | 'warn' | 'bad' =>
  status < 400 ? 'good' : status === 499 || status === 429 ? 'warn' : 'bad';

/** The words for a class of failure. */
export const CLASSES: Readonly<Record<FailureClass, string>> = {
  rate_limit: 'at its rate limit',
  quota: 'quota used up',
  auth: 'refused its key',
  not_found: 'does not know the model',
  overloaded: 'overloaded',
  server_error: 'server error',
  too_large: 'request too large for it',
  bad_request: 'refused the request',
  moderation: 'refused the content',
  cancelled: 'client disconnected',
};

/** The endpoints below `/v1`, by the path of a record, and their short names. */
const ENDPOINTS: Readonly<Record<string, string>> = {
  '/chat/completions': 'chat',
  '/responses': 'responses',
  '/messages': 'messages',
  '/embeddings': 'embeddings',
  '/completions': 'completions',
  '/audio/transcriptions': 'transcriptions',
  '/audio/translations': 'translations',
  '/audio/speech': 'speech',
  '/moderations': 'moderations',
  '/rerank': 'rerank',
  '/images/generations': 'images',
};

/** The endpoint of a request in a word, such as `messages`; the path of a plugin's own endpoint. */
export const shortEndpointOf = ({ path }: Pick<RequestRecord, 'path'>): string => ENDPOINTS[path] ?? path;

/** What the client called, such as `POST /v1/messages`. */
export const endpointOf = ({ path }: Pick<RequestRecord, 'path'>): string =>
  `POST ${ENDPOINTS[path] === undefined ? '' : '/v1'}${path}`;

/** Prompt and answer tokens; `undefined` if both are unknown. */
export const tokensOf = ({ promptTokens, completionTokens }: RequestRecord): number | undefined =>
  promptTokens === undefined && completionTokens === undefined
    ? undefined
    : (promptTokens ?? 0) + (completionTokens ?? 0);
