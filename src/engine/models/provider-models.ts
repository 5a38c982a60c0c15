import type { Dispatcher } from 'undici';
import type { ModelView, ProviderTrial } from '../../contract/models.js';
import type { FailureClass } from '../../contract/quota.js';
import type { Attempt } from '../../plugin/door/attempt.js';
import type { Hooks } from '../../plugin/door/hooks.js';
import type { ProviderType } from '../../plugin/door/provider-type.js';
import { omit } from '../../plugin/readers/headers/headers.js';
import { PatientTimer } from '../attempt/connection/patient-timer.js';
import { failureOfCause, failureOfResponse } from '../attempt/failure/failure.js';
import { pathAt } from '../endpoint.js';
import { parseBody } from '../parse-body.js';
import type { PreparedProvider } from '../target.js';
import { modelsIn } from './model-list.js';

export type ProviderState = ProviderTrial['state'];

/** The result of asking one provider for its models. */
export interface ProviderReport extends Omit<ProviderTrial, 'models'> {
  /** Absent when they are unknown. */
  readonly models?: readonly ModelView[];
}

/** What a refusal of the list says about the provider. */
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

const modelsPathOf = ({ modelsPath = '/models' }: ProviderType): string => modelsPath;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Bytes of a list that are read. The longest known list has less than one megabyte. */
const LONGEST_LIST = 16 * 1024 * 1024;

const textOf = async (body: AsyncIterable<Buffer>): Promise<string> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LONGEST_LIST) throw new Error('its list of models has more than 16 MiB');
  }
  return Buffer.concat(chunks).toString('utf8');
};

interface AskOptions {
  /** Ends the request early. */
  readonly signal?: AbortSignal;
  /** Whether to find out if the list says something about the key. Costs a second request. Default: true. */
  readonly triesKey?: boolean;
}

/** Asks a provider for its models, within ten seconds. `hooks` classify its refusals. Never rejects. */
export const askForModels = async (
  provider: PreparedProvider,
  hooks: Pick<Hooks, 'onError'>,
  dispatcher: Dispatcher,
  { signal: ending, triesKey = true }: AskOptions = {},
): Promise<ProviderReport> => {
  if (provider.unusable !== undefined) return { state: provider.unusable.state, detail: provider.unusable.reason };
  const { headers, keyHeader, timeouts, secrets, providerType, endpoint } = provider;
  const longestMs = Math.min(LONGEST_ANSWER_MS, timeouts.firstToken, timeouts.total);
  const limit = new AbortController();
  const timer = new PatientTimer(() => limit.abort());
  timer.set(performance.now() + longestMs);
  const signal = ending === undefined ? limit.signal : AbortSignal.any([limit.signal, ending]);
  const ask = async (
    sentHeaders: Readonly<Record<string, string>>,
    path = modelsPathOf(providerType),
  ): Promise<Answer> => {
    const sent = await dispatcher.request({
      origin: endpoint.origin,
      path: pathAt(endpoint, path),
      method: 'GET',
      headers: { ...sentHeaders },
      signal,
    });
    return { status: sent.statusCode, headers: sent.headers, text: await textOf(sent.body) };
  };
  try {
    const answer = await ask(omit(headers, 'content-type'));
    if (answer.status >= 300) return reportOfRefusal(provider, answer, hooks);
    const models = modelsIn(parseBody(answer.text), providerType, { keyless: headers[keyHeader] === undefined });
    if (models === undefined) return reportOfUnknownFormat(provider, answer);
    const keyUntried = triesKey && headers[keyHeader] !== undefined && (await isPublic(ask, omit(headers, keyHeader)));
    if (keyUntried && providerType.keyCheck !== undefined) {
      const checked = await ask(omit(headers, 'content-type'), providerType.keyCheck);
      const report = checked.status >= 300 ? reportOfRefusal(provider, checked, hooks) : undefined;
      if (report?.state === 'key refused') return report;
      return { state: 'ok', detail: '', ...(report === undefined ? {} : { keyUntried }), models };
    }
    return { state: 'ok', detail: '', ...(keyUntried ? { keyUntried } : {}), models };
  } catch (cause) {
    const detail = signal.aborted
      ? `no answer within ${longestMs / 1000} s`
      : failureOfCause(cause as Error, undefined, Date.now(), secrets).message;
    return { state: 'unreachable', detail: oneLine(`${endpoint.origin}: ${detail}`) };
  } finally {
    timer.clear();
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
  const failureClass = hooks.onError.call(failure, attempt)?.class ?? failure.class;
  // A plain 404 may pass for chats; here it says that there is no list.
  const state = status === 404 && failureClass === 'server_error' ? 'no list' : STATES[failureClass];
  const said = failure.message.startsWith(`${status}: `) ? failure.message : `${status}: ${failure.message}`;
  return { state, detail: oneLine(said) };
};

/** A page instead of a list means a wrong address. JSON in another format says nothing about the provider. */
const reportOfUnknownFormat = ({ providerType }: PreparedProvider, { text }: Answer): ProviderReport => {
  const request = `GET ${modelsPathOf(providerType)}`;
  return typeof parseBody(text) === 'string'
    ? { state: 'failing', detail: `the answer to ${request} is not JSON. Is baseUrl right?` }
    : { state: 'ok', detail: `the answer to ${request} has an unknown format` };
};

/** Returns whether the provider lists its models without a key, as OpenRouter does. The list then says nothing about the key. */
const isPublic = async (
  ask: (headers: Readonly<Record<string, string>>) => Promise<Answer>,
  headers: Readonly<Record<string, string>>,
): Promise<boolean> => {
  try {
    return (await ask(omit(headers, 'content-type'))).status < 300;
  } catch {
    return false;
  }
};

/** Removes line ends and control characters, for a terminal. */
const oneLine = (text: string): string => {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > LONGEST_DETAIL ? `${line.slice(0, LONGEST_DETAIL)}…` : line;
};
