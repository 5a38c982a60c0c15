import type { FailureClass } from '../../../../src/contract/quota.js';
import type { RequestAttempt, RequestRecord } from '../../../../src/contract/requests.js';

/** A colour: green, amber, red, or none. */
export type Tone = 'good' | 'warn' | 'bad' | 'plain';

interface StatusWords {
  readonly tone: Tone;
  readonly words: string;
}

/** The tone and the words of each status that 429chain answers with. */
const STATUSES: Readonly<Record<number, StatusWords>> = {
  400: { tone: 'bad', words: 'The request was refused' },
  401: { tone: 'bad', words: 'The API key was refused' },
  404: { tone: 'bad', words: 'Model or endpoint not found' },
  413: { tone: 'bad', words: 'The request was too large' },
  415: { tone: 'bad', words: 'The content type was refused' },
  422: { tone: 'bad', words: 'The request was refused' },
  429: { tone: 'warn', words: 'Every target was at its limit' },
  // The caller pressed Stop, or closed its window: nothing went wrong.
  499: { tone: 'plain', words: 'Stopped by the caller' },
  502: { tone: 'bad', words: 'The stream broke' },
  503: { tone: 'bad', words: 'No target could answer' },
};

const ANSWERED: StatusWords = { tone: 'good', words: 'Answered' };
const FAILED: StatusWords = { tone: 'bad', words: 'Failed' };

const statusOf = (status: number): StatusWords => STATUSES[status] ?? (status < 400 ? ANSWERED : FAILED);

/** The status of a request in words. */
export const meaningOf = (status: number): string => statusOf(status).words;

/** The colour of a status. Every list and page uses this one. */
export const toneOf = (status: number): Tone => statusOf(status).tone;

/** How an attempt ended, as a state of `state-badge`. */
export const endOf = ({ outcome, class: failed }: RequestAttempt): RequestAttempt['outcome'] | 'stopped' =>
  outcome === 'failed' && failed === 'cancelled' ? 'stopped' : outcome;

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
  cancelled: 'by the caller',
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
