import { problemsOfOptions } from '../../config/check/problems.js';
import { configuredId } from '../../config/keyed-name.js';
import type { ProviderSettings } from '../../config/settings.js';
import type { ProviderKeyWritten, ProviderToTry } from '../../contract/admin-configuration.js';
import type { ModelsReply, TryReply } from '../../contract/models.js';
import { firstList } from '../../engine/models/first-list.js';
import { firstModels } from '../../engine/models/first-models.js';
import { askForModels } from '../../engine/models/provider-models.js';
import type { PreparedProvider } from '../../engine/target.js';
import { ChainError } from '../../plugin/door/errors.js';
import { addressOf, isTemplate } from '../../plugin/readers/address.js';
import type { AdminParts, Running } from '../parts.js';
import { unmasked, unmaskedOptions, unmaskedUrl } from './mask.js';

/** Asks a configured provider for its models. @throws ChainError `not_found` */
export const modelsOf = async (parts: AdminParts, id: string): Promise<ModelsReply> => {
  const running = parts.current();
  const keys = running.providers.filter((each) => each.provider === id);
  if (keys.length === 0) throw noProvider(id);
  const report = await firstList(keys, async (provider) => {
    const answer = await ask(parts, running, provider);
    running.checked(provider, answer);
    if (answer.models.length > 0) running.learnModels(provider, answer.models);
    return answer;
  });
  return { ...report, models: report.models ?? [], at: running.now() };
};

/**
 * Asks a provider for its models before it is saved.
 * @throws ChainError `not_found` for an unknown `id`, `invalid_request` for settings that cannot be saved
 */
export const tryProvider = async (parts: AdminParts, asked: ProviderToTry): Promise<TryReply> => {
  const running = parts.current();
  const keys = keysToTry(running, asked);
  if (keys.length === 1) return tryKey(parts, running, { ...asked, ...keys[0] });
  const trials = await Promise.all(keys.map((key) => tryKey(parts, running, { ...asked, ...key })));
  const found = trials.find(({ state }) => state === 'ok') ?? (trials[0] as TryReply);
  const ofKeys = trials.map(({ models: _, first: __, ...trial }, index) => ({
    ...trial,
    label: keys[index]?.label ?? '',
  }));
  return { ...found, keys: ofKeys };
};

/** A provider to test with one key: the saved one of `keyedId`, or a new one. */
interface OneToTry extends ProviderToTry {
  readonly label?: string;
  readonly keyedId?: string;
}

/** The keys to test: those of the form, or those that are saved. */
const keysToTry = ({ settings }: Running, { id, apiKey, apiKeys }: ProviderToTry): readonly OneToTry[] => {
  const saved = settings.providers.filter((each) => configuredId(each) === id);
  const ofSaved = saved.map(({ id: keyedId, keyOf }) => ({ keyedId, label: keyOf?.label ?? 'key 1' }));
  if (!Array.isArray(apiKeys)) return apiKey !== undefined || ofSaved.length === 0 ? [{}] : ofSaved;
  const given = apiKeys.map((each: ProviderKeyWritten | undefined, index): OneToTry => {
    const { label = `key ${index + 1}`, savedAs, key } = each ?? {};
    if (typeof key === 'string' && key.trim() !== '') return { label, apiKey: key };
    const found = ofSaved.find((one) => one.label === savedAs);
    if (found === undefined) throw invalid(`apiKeys[${index}].key`, `"apiKeys[${index}].key" is empty.`);
    return { ...found, label };
  });
  return given.length === 0 ? [{}] : given;
};

const tryKey = async (parts: AdminParts, running: Running, asked: OneToTry): Promise<TryReply> => {
  const provider = settingsToTry(running, asked);
  const prepared = atItsAddress(running, asked, provider);
  if (prepared === undefined) {
    const known = running.host.types.names.join(', ');
    throw invalid(
      'type',
      `"type" is ${JSON.stringify(provider.type)}, which is not a provider type. Expected one of ${known}.`,
    );
  }
  checkAddress(prepared, provider.missing);
  checkOptions(running, prepared);
  const report = await ask(parts, running, prepared);
  const saved = running.providers.find(({ keyedId }) => keyedId === (asked.keyedId ?? asked.id));
  if (saved !== undefined && isAsSaved(asked)) running.checked(saved, report);
  return report;
};

/** The saved provider itself is tested, with no other settings. */
const isAsSaved = ({ type, baseUrl, apiKey, options }: OneToTry): boolean =>
  [type, baseUrl, apiKey, options].every((given) => given === undefined);

export const noProvider = (id: string): ChainError =>
  new ChainError('not_found', `There is no provider "${id}". GET /admin/api/providers lists them.`);

const invalid = (param: string, message: string): ChainError => new ChainError('invalid_request', message, { param });

const ask = async ({ upstream }: AdminParts, { host }: Running, provider: PreparedProvider): Promise<TryReply> => {
  const report = await askForModels(
    provider,
    host.hooks,
    upstream.dispatcher(provider.timeouts.connect, provider.proxy),
  );
  const hasKey = provider.headers[provider.keyHeader] !== undefined;
  const first = firstModels(provider.providerType, report.models, hasKey);
  return { ...report, models: report.models ?? [], first };
};

/**
 * A saved key is only for the address that it was saved with, and so are the headers, which may contain one: a typing
 * error in the address must not send them to a stranger.
 * @returns `undefined` for a type that no plugin adds
 * @throws ChainError `invalid_request` if a saved key would go to another address
 */
const atItsAddress = (running: Running, asked: OneToTry, provider: ProviderSettings): PreparedProvider | undefined => {
  const prepared = running.prepare(provider);
  const saved = running.providers.find(({ keyedId }) => keyedId === (asked.keyedId ?? asked.id));
  if (prepared === undefined || saved === undefined) return prepared;
  const [own, other] = [originOf(saved), originOf(prepared)];
  // An invalid address gets no request.
  if (own === other || other === undefined) return prepared;
  if (asked.apiKey !== undefined || provider.apiKey === undefined) return running.prepare({ ...provider, headers: {} });
  const message = `The saved key of ${asked.id} is for ${own ?? 'another address'}. Enter the key again to test it at ${other}.`;
  throw invalid('apiKey', message);
};

const originOf = ({ baseUrl }: PreparedProvider): string | undefined =>
  URL.canParse(baseUrl) ? new URL(baseUrl).origin : undefined;

/** Completes `asked` with the saved provider's settings; with its address and options only if the type is the same. */
const settingsToTry = ({ settings }: Running, asked: OneToTry): ProviderSettings => {
  const isSaved = (each: ProviderSettings): boolean =>
    asked.keyedId === undefined ? configuredId(each) === asked.id : each.id === asked.keyedId;
  const saved = asked.id === undefined ? undefined : settings.providers.find(isSaved);
  if (asked.id !== undefined && saved === undefined) throw noProvider(asked.id);
  const type = asked.type ?? saved?.type;
  if (typeof type !== 'string') throw invalid('type', '"type" is missing: the kind of provider, such as "groq".');
  const same = saved?.type === type ? saved : undefined;
  const apiKey = asked.apiKey === undefined ? saved?.apiKey : keyIn(asked.apiKey);
  const written = saved === undefined ? undefined : settings.written?.providers[configuredId(saved)];
  // A form sends the address back as written, with variables not replaced.
  const address = unmaskedUrl(asked.baseUrl, written?.baseUrl, 'baseUrl');
  const asWritten = address === written?.baseUrl ? saved?.baseUrl : address;
  const baseUrl = asked.baseUrl === undefined ? same?.baseUrl : asWritten;
  const options = asked.options === undefined ? same?.options : resolved(asked.options, written?.options, saved);
  return {
    id: saved === undefined ? 'new' : configuredId(saved),
    type,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(saved?.proxy === undefined ? {} : { proxy: saved.proxy }),
    missing: asked.apiKey === undefined ? (saved?.missing ?? []) : [],
    enabled: true,
    limits: [],
    timeouts: saved?.timeouts ?? {},
    headers: saved?.headers ?? {},
    options: options ?? {},
  };
};

/** Options that come back unchanged are the current ones: their variables are replaced and their keys are complete. */
const resolved = (
  given: unknown,
  written: Readonly<Record<string, unknown>> | undefined,
  saved: ProviderSettings | undefined,
): Readonly<Record<string, unknown>> => {
  const whole = unmaskedOptions(given, written);
  const asWritten = (key: string, value: unknown): boolean => JSON.stringify(value) === JSON.stringify(written?.[key]);
  return Object.fromEntries(
    Object.entries(whole).map(([key, value]) => [key, asWritten(key, value) ? saved?.options[key] : value]),
  );
};

/** The characters that a header may contain. */
const KEY = /^[\x21-\x7e]+$/;

const keyIn = (given: unknown): string => {
  const key = typeof given === 'string' ? given.trim() : '';
  unmasked(key, undefined, ['apiKey']);
  if (KEY.test(key)) return key;
  throw invalid('apiKey', '"apiKey" is no key. Send the whole key as the provider shows it.');
};

const checkAddress = ({ baseUrl }: PreparedProvider, missing: readonly string[]): void => {
  if (missing.length > 0) return;
  const fault = isTemplate(baseUrl) ? addressOf({ baseUrl }, {})?.faults[0] : undefined;
  if (fault !== undefined) throw invalid('options', `"options.${fault.option}" ${fault.fault}.`);
  if (URL.canParse(baseUrl) && /^https?:$/.test(new URL(baseUrl).protocol)) return;
  const expected = 'Expected an address such as "http://127.0.0.1:11434/v1".';
  throw invalid(
    'baseUrl',
    baseUrl === '' ? `"baseUrl" is missing. ${expected}` : `"baseUrl" is not a valid address. ${expected}`,
  );
};

const checkOptions = ({ settings }: Running, { provider, providerType, options }: PreparedProvider): void => {
  const schema = providerType.optionsSchema;
  if (schema === undefined) return;
  const problems = problemsOfOptions(settings, ['providers', provider, 'options'], schema, options);
  if (problems.length > 0) throw invalid('options', problems.map(({ message }) => message).join(' '));
};
