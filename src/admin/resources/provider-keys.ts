import { writtenKeysOf } from '../../config/api-keys.js';
import { variableIn } from '../../config/env.js';
import { configuredId } from '../../config/keyed-name.js';
import type { ApiKey, ProviderSettings } from '../../config/settings.js';
import type { SettingsStore } from '../../config/source/store.js';
import type { KeyState, ProviderKeyWritten, ProviderWritten } from '../../contract/admin-configuration.js';
import type { Provider, ProviderKey } from '../../contract/config.js';
import { ChainError } from '../../plugin/door/errors.js';
import { type Fields, isFields } from '../../plugin/fields.js';
import { variableFor } from './changes.js';
import { maskKey, refuseMask } from './mask.js';

/** The keys of a provider as the file refers to them, and the variables for `.env`. */
interface SavedKeys extends Pick<Partial<Provider>, 'apiKey' | 'apiKeys'> {
  readonly secrets?: Readonly<Record<string, string>> | undefined;
}

/** The state of a key that is written as `written`. `key`: its value, if its variable is set. */
export const keyStateOf = (written: string | undefined, key: string | undefined): KeyState => {
  if (written === undefined) return { kind: 'none' };
  const variable = variableIn(written);
  return {
    kind: key === undefined ? 'unset' : 'set',
    ...(variable === undefined ? {} : { variable }),
    ...(key === undefined ? {} : { masked: maskKey(key) }),
  };
};

/** The keys that a provider has once `given` is saved. @throws ChainError `invalid_request` */
export const keysToSave = (
  store: SettingsStore,
  id: string,
  before: Provider | undefined,
  { apiKey, apiKeys }: Pick<ProviderWritten, 'apiKey' | 'apiKeys'>,
): SavedKeys => {
  const written = before === undefined ? [] : writtenKeysOf(before);
  const names = new NamesOfKeys(store, id);
  if (apiKeys !== undefined) {
    if (apiKey !== undefined) throw invalid('apiKeys', 'Send "apiKey" or "apiKeys", not both.');
    return { ...listed(apiKeys, new SavedKeyFinder(store, id, written), names), secrets: names.secrets };
  }
  if (apiKey === null) return {};
  if (apiKey === undefined)
    return { ...(before?.apiKey && { apiKey: before.apiKey }), ...(before?.apiKeys && { apiKeys: before.apiKeys }) };
  const key = typeof apiKey === 'string' ? apiKey.trim() : '';
  if (key === '') {
    const message = '"apiKey" is empty. Omit it to keep the key, or send null for a provider without a key.';
    throw invalid('apiKey', message);
  }
  refuseMask(key, 'apiKey');
  const own = written.length === 1 ? variableIn(written[0]?.key ?? '') : undefined;
  return { apiKey: names.referenceTo(key, `${id}_API_KEY`, own), secrets: names.secrets };
};

const listed = (
  given: readonly ProviderKeyWritten[],
  saved: SavedKeyFinder,
  names: NamesOfKeys,
): Pick<SavedKeys, 'apiKey' | 'apiKeys'> => {
  if (!Array.isArray(given)) throw invalid('apiKeys', '"apiKeys" must be a list of keys.');
  const keys = given.map((each: unknown, index): ProviderKey => {
    if (!isFields(each)) throw invalid(`apiKeys[${index}]`, `"apiKeys[${index}]" must be an object.`);
    const position = `key ${index + 1}`;
    const label = (typeof each.label === 'string' && each.label.trim()) || position;
    const before = saved.find(each, index);
    const stays = before !== undefined && isSame(each.key, before);
    const own = variableIn(before?.reference ?? '');
    const key = stays ? before.reference : names.referenceTo(newKey(each, index), names.variableOf(label), own);
    return label === position ? key : { key, label };
  });
  const [only] = keys;
  if (keys.length > 1) return { apiKeys: keys };
  return only === undefined ? {} : { apiKey: typeof only === 'string' ? only : only.key };
};

/** Whether nothing new was entered: no key, or the mask of the saved one. */
const isSame = (key: unknown, { value }: SavedKey): boolean =>
  key === undefined || key === '' || (value !== undefined && key === maskKey(value));

const newKey = ({ key }: Fields, index: number): string => {
  const text = typeof key === 'string' ? key.trim() : '';
  const param = `apiKeys[${index}].key`;
  if (text === '') throw invalid(param, `"${param}" is empty. Expected a key, or "savedAs" for a key that stays.`);
  refuseMask(text, param);
  return text;
};

/** A key in the configuration. `value`: absent while its variable is not set. */
interface SavedKey {
  readonly reference: string;
  readonly value: string | undefined;
}

class SavedKeyFinder {
  readonly #written: readonly ApiKey[];
  readonly #settings: readonly ProviderSettings[];

  constructor(store: SettingsStore, id: string, written: readonly ApiKey[]) {
    this.#written = written;
    this.#settings = store.current.providers.filter((each) => configuredId(each) === id);
  }

  /** The saved key that an entry names; `undefined` for a new key. @throws ChainError `invalid_request` */
  find({ savedAs }: Fields, index: number): SavedKey | undefined {
    if (savedAs === undefined) return undefined;
    const at = this.#written.findIndex(({ label }) => label === savedAs);
    const found = this.#written[at];
    if (found !== undefined) return { reference: found.key, value: this.#settings[at]?.apiKey };
    const message = `There is no saved key ${JSON.stringify(savedAs)}. GET /admin/api/providers lists them.`;
    throw invalid(`apiKeys[${index}].savedAs`, message);
  }
}

/** Variables for new keys. */
class NamesOfKeys {
  readonly #store: SettingsStore;
  readonly #id: string;
  readonly #secrets: Record<string, string> = {};

  constructor(store: SettingsStore, id: string) {
    this.#store = store;
    this.#id = id;
  }

  /** What is to be written to `.env`; `undefined` if that is nothing. */
  get secrets(): Readonly<Record<string, string>> | undefined {
    return Object.keys(this.#secrets).length === 0 ? undefined : this.#secrets;
  }

  /** `GROQ_API_KEY_2` for `key 2`, `GROQ_API_KEY_ANN` for `ann`. */
  variableOf(label: string): string {
    return `${this.#id}_API_KEY_${/^key (\d+)$/.exec(label)?.[1] ?? label}`;
  }

  /** How the file refers to a key, which may be the name of a variable already. */
  referenceTo(key: string, variable: string, own?: string): string {
    if (variableIn(key) !== undefined) return key;
    const name = variableFor(this.#store, variable, key, { own, taken: Object.keys(this.#secrets) });
    this.#secrets[name] = key;
    return `\${${name}}`;
  }
}

const invalid = (param: string, message: string): ChainError => new ChainError('invalid_request', message, { param });
