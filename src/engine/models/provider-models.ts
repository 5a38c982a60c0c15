import { type Dispatcher, request } from 'undici';
import type { ModelView, ProviderTrial } from '../../contract/models.js';
import type { FailureClass } from '../../contract/quota.js';
import type { Attempt } from '../../plugin/door/attempt.js';
import type { Hooks } from '../../plugin/door/hooks.js';
import type { ProviderType } from '../../plugin/door/provider-type.js';
import { omit } from '../../plugin/readers/headers.js';
import { failureOfCause, failureOfResponse } from '../attempt/failure.js';
import { parseBody } from '../parse-body.js';
import type { PreparedProvider } from '../target.js';
import { modelsIn } from './model-list.js';

export type ProviderState = ProviderTrial['state'];

/** What came of asking one provider for its models. */
export interface ProviderReport extends Omit<ProviderTrial, 'models'> {
  /** Absent when nobody knows them. */
  readonly models?: readonly ModelView[];
}

/** What a refused list says about the provider. */
const STATES: Readonly<Record<FailureClass, ProviderState>> = {
  auth: 'key refused',
  rate_limit: 'at its limit',
  quota: 'at its limit',
  not_found: 'no list',
  bad_request: 'no list',
  too_large: 'no list',
  moderation: 'no list',
  overloaded: 'failing',
  server_error: 'failing',
  cancelled: 'failing',
};

const LONGEST_ANSWER_MS = 10_000;
const LONGEST_DETAIL = 160;
const notUnderstood = ({ providerType }: PreparedProvider): string =>
  `its answer to GET ${modelsPathOf(providerType)} is not understood`;

const modelsPathOf = ({ modelsPath = '/models' }: ProviderType): string => modelsPath;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Bytes of a list that are read: the longest one known has less than one megabyte. */
const LONGEST_LIST = 16 * 1024 * 1024;

const textOf = async (body: AsyncIterable<Buffer>): Promise<string> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LONGEST_LIST) throw new Error('its list of models does not end');
  }
  return Buffer.concat(chunks).toString('utf8');
};

/** The list of models of one provider, within ten seconds. `hooks` know what its refusals mean. Never throws. */
export const askForModels = async (
  provider: PreparedProvider,
  hooks: Pick<Hooks, 'onError'>,
  dispatcher: Dispatcher,
): Promise<ProviderReport> => {
  if (provider.unusable !== undefined) return { state: provider.unusable.state, detail: provider.unusable.reason };
  const { headers, keyHeader, timeouts, secrets, providerType } = provider;
  const longestMs = Math.min(LONGEST_ANSWER_MS, timeouts.firstToken, timeouts.total);
  const signal = AbortSignal.timeout(longestMs);
  const ask = async (with_: Readonly<Record<string, string>>): Promise<Answer> => {
    const sent = await request(provider.baseUrl + modelsPathOf(providerType), {
      headers: { ...with_ },
      dispatcher,
      signal,
    });
    return { status: sent.statusCode, headers: sent.headers, text: await textOf(sent.body) };
  };
  try {
    const answer = await ask(omit(headers, 'content-type'));
    if (answer.status >= 300) return reportOfRefusal(provider, answer, hooks);
    const models = modelsIn(parseBody(answer.text), providerType);
    if (models === undefined) return reportOfRiddle(provider, answer);
    const keyUntried = headers[keyHeader] !== undefined && (await listsForAnybody(ask, omit(headers, keyHeader)));
    return { state: 'ok', detail: '', ...(keyUntried ? { keyUntried } : {}), models };
  } catch (cause) {
    const detail = signal.aborted
      ? `no answer within ${longestMs / 1000} s`
      : failureOfCause(cause as Error, undefined, Date.now(), secrets).message;
    return { state: 'unreachable', detail: oneLine(`${new URL(provider.baseUrl).origin}: ${detail}`) };
  }
};

const reportOfRefusal = (provider: PreparedProvider, answer: Answer, hooks: Pick<Hooks, 'onError'>): ProviderReport => {
  const at = Date.now();
  const { provider: id, type } = provider;
  const attempt: Attempt = {
    requestId: 'models',
    chain: '',
    target: { id, provider: id, type, model: '', limits: [] },
    number: 1,
    startedAt: at,
    stream: false,
    estimatedTokens: 0,
    dryRun: false,
  };
  const { status, headers, text } = answer;
  const failure = failureOfResponse({ status, headers, at }, parseBody(text), at, provider.secrets);
  const state = STATES[hooks.onError.call(failure, attempt)?.class ?? failure.class];
  return { state, detail: oneLine(`${status}: ${failure.message}`) };
};

/** A page where a list should be means a wrong address; JSON of another shape is merely unknown to us. */
const reportOfRiddle = (provider: PreparedProvider, { text }: Answer): ProviderReport =>
  typeof parseBody(text) === 'string'
    ? { state: 'failing', detail: `${notUnderstood(provider)}: it is no JSON. Is baseUrl right?` }
    : { state: 'ok', detail: notUnderstood(provider) };

/** Whether the list comes with headers that have no key too (OpenRouter), and so says nothing about the key. */
const listsForAnybody = async (
  ask: (headers: Readonly<Record<string, string>>) => Promise<Answer>,
  headers: Readonly<Record<string, string>>,
): Promise<boolean> => {
  try {
    return (await ask(omit(headers, 'content-type'))).status < 300;
  } catch {
    return false;
  }
};

/** Control characters have no place in a terminal. */
const oneLine = (text: string): string => {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > LONGEST_DETAIL ? `${line.slice(0, LONGEST_DETAIL)}…` : line;
};
