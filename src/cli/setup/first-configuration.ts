import JSON5 from 'json5';
import { applyEdits, type Edit } from '../../config/edit/edit.js';
import { printScalar } from '../../config/edit/print.js';
import type { Chain, Configuration, Target } from '../../contract/config.js';
import type { KeyOffer } from './offers.js';

/** What is known of a provider's models. */
export interface KnownModels {
  /** Its list; absent if it is unknown. */
  readonly listed: ReadonlySet<string> | undefined;
  /** Those for a first chain, the best first. */
  readonly first: readonly string[];
}

/** A server of models on this machine. */
export interface LocalServer {
  readonly type: string;
  /** Absent for the type's own. */
  readonly baseUrl?: string;
  readonly model: string;
}

export interface FirstChoice {
  /** Ids of providers of the example to leave out. */
  readonly without: readonly string[];
  /** More providers with a key. The type is also the id. */
  readonly added: readonly Pick<KeyOffer, 'type' | 'variable' | 'page' | 'training'>[];
  readonly local: LocalServer | undefined;
  /** By the id of the provider. */
  readonly models: ReadonlyMap<string, KnownModels>;
}

/** The lines of the example that a found server replaces. */
const LOCAL_PROVIDER = /^( *)\/\/ local: \{.*\},$/m;
const LOCAL_TARGET = /^( *)\/\/ 'local\/[^']*',$/m;

/** The sentences of the example about providers without a key. */
const WITHOUT_KEY = /It works without any key:[\s\S]*?429chain\s+(?:\/\/ )?reads keys/;
const ONLY_WITH_KEY = 'It needs at least one key, and a free one is\n// enough. 429chain reads keys';

/** A variable with its page in the comment at the top, and a provider with a key. */
const LISTED_VARIABLE = /^\/\/ {3}[A-Z_]+_API_KEY .*$/gm;
const KEYED_PROVIDER = /^ {4}[\w'-]+: \{ type: '[^']*', apiKey: .*$/gm;

/**
 * Returns the example configuration with these providers and their models: first those with a key, then the local server,
 * then those without a key. Comments stay.
 * @param example the text of the example
 */
export const firstConfiguration = (example: string, choice: FirstChoice): string => {
  const { without, added, local } = choice;
  const text = withAdded(local === undefined ? example : withLocal(example, local), added);
  const configuration = JSON5.parse<Configuration>(text);
  const providers = configuration.providers ?? {};
  const keyless = Object.keys(providers).filter((id) => id !== 'local' && providers[id]?.apiKey === undefined);
  const edits: Edit[] = [
    ...without.map((id): Edit => ({ op: 'remove', path: ['providers', id] })),
    ...Object.entries(configuration.chains ?? {}).map(([name, chain]): Edit => {
      const isList = Array.isArray(chain);
      const isDefault = name === configuration.defaultChain;
      const value = targetsFor(targetsOf(chain), keyless, isDefault ? choice : { ...choice, added: [] });
      return { op: 'set', path: isList ? ['chains', name] : ['chains', name, 'targets'], value };
    }),
  ];
  const edited = applyEdits(text, edits);
  return keyless.every((id) => without.includes(id)) ? edited.replace(WITHOUT_KEY, ONLY_WITH_KEY) : edited;
};

const withLocal = (example: string, { type, baseUrl, model }: LocalServer): string => {
  const address = baseUrl === undefined ? '' : ` baseUrl: ${printScalar(baseUrl, "'")},`;
  const entry = `local: { type: '${type}',${address} limits: [{ concurrent: 2 }] },`;
  return example
    .replace(LOCAL_PROVIDER, (_, indent) => indent + entry)
    .replace(LOCAL_TARGET, (_, indent) => `${indent}${printScalar(`local/${model}`, "'")},`);
};

/** Adds providers with a key below those of the example, and their variables to its list. */
const withAdded = (text: string, added: FirstChoice['added']): string => {
  const variables = added.map(({ variable, page = '' }) => `//   ${variable.padEnd(18)}  ${page}`);
  const providers = added.map(({ type, variable, training }) => {
    const id = /^\w+$/.test(type) ? type : `'${type}'`;
    return `    ${id}: { type: '${type}', apiKey: '\${${variable}}' }, // ${training}`;
  });
  return afterLast(afterLast(text, LISTED_VARIABLE, variables), KEYED_PROVIDER, providers);
};

/** Inserts lines below the last line that matches. */
const afterLast = (text: string, pattern: RegExp, lines: readonly string[]): string => {
  const [line = ''] = [...text.matchAll(pattern)].at(-1) ?? [];
  return text.replace(line, () => [line, ...lines].join('\n'));
};

const targetsOf = (chain: Chain): readonly Target[] => (Array.isArray(chain) ? chain : chain.targets);

const providerOf = (target: Target): string =>
  typeof target === 'string' ? target.slice(0, target.indexOf('/')) : target.provider;

/** The targets of a chain of the example, without what the choice leaves out and what the lists of models lack. */
const targetsFor = (
  targets: readonly Target[],
  keyless: readonly string[],
  { without, added, models }: FirstChoice,
): readonly Target[] => {
  const kept = targets.filter((target) => !without.includes(providerOf(target)));
  const ids = [...new Set(kept.map(providerOf))];
  const own = ids.map((id) => ({ id, targets: currentTargets(id, kept, models.get(id)) }));
  const more = added.map(({ type }) => ({ id: type, targets: firstTargets(type, models.get(type)) }));
  const end = own.findIndex(({ id }) => id === 'local' || keyless.includes(id));
  return own.toSpliced(end < 0 ? own.length : end, 0, ...more).flatMap((each) => each.targets);
};

/** The targets of a provider that its list still has, or else its first models. */
const currentTargets = (id: string, targets: readonly Target[], known: KnownModels | undefined): readonly Target[] => {
  const its = targets.filter((target) => providerOf(target) === id);
  const { listed } = known ?? {};
  if (listed === undefined) return its;
  const left = its.filter((target) => typeof target === 'string' && listed.has(target.slice(id.length + 1)));
  return left.length > 0 ? left : firstTargets(id, known);
};

const firstTargets = (id: string, known: KnownModels | undefined): readonly string[] =>
  (known?.first ?? []).map((model) => `${id}/${model}`);
