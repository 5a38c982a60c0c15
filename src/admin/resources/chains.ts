import type { Edit } from '../../config/edit/edit.js';
import type { Change } from '../../config/source/change.js';
import { splitTarget } from '../../config/target-name.js';
import type { ChainsReply, ChainTargetView, ChainView, ChainWritten } from '../../contract/admin-configuration.js';
import type { Chain, Configuration, FullChain, FullTarget, Target } from '../../contract/config.js';
import { ChainError } from '../../plugin/door/errors.js';
import { fieldsOf } from '../../plugin/fields.js';
import type { AdminParts } from '../parts.js';
import { writtenIn } from './changes.js';

/** The settings of a chain that a change without them removes. */
const SETTINGS = ['maxWait', 'patience', 'retries', 'resume', 'onModeration', 'free', 'privacy', 'timeouts'] as const;

/** The settings of a chain that a change without them keeps. */
const KEPT = ['resumeInstruction', 'sameVectors'] as const;

/** The targets of a chain as written, in its short or its full form. */
export const targetsOf = (chain: Chain): readonly Target[] => (Array.isArray(chain) ? chain : chain.targets);

/** The id of a target: `provider/model`. */
export const targetIdOf = (target: Target): string =>
  typeof target === 'string' ? target : `${target.provider}/${target.model}`;

/** Every chain as written in the configuration. */
export const chainsOf = ({ store }: AdminParts): ChainsReply => {
  const { chains } = writtenIn(store);
  return {
    revision: store.revision,
    chains: Object.entries(chains).map(([name, chain]) => viewOf(name, chain)),
    defaultChain: store.current.defaultChain,
  };
};

const viewOf = (name: string, chain: Chain): ChainView => {
  const full: Partial<FullChain> = Array.isArray(chain) ? {} : chain;
  const settings = [...SETTINGS, ...KEPT].filter((key) => full[key] !== undefined).map((key) => [key, full[key]]);
  return { name, targets: targetsOf(chain).map(targetViewOf), ...Object.fromEntries(settings) };
};

const targetViewOf = (target: Target): ChainTargetView => {
  const { free, limits, timeouts }: Partial<FullTarget> = typeof target === 'string' ? {} : target;
  return {
    target: targetIdOf(target),
    ...(free === undefined ? {} : { free }),
    ...(limits === undefined ? {} : { limits }),
    ...(timeouts === undefined ? {} : { timeouts }),
  };
};

/**
 * The change that saves a chain, and renames it if `given.name` is another name.
 * @throws ChainError `invalid_request`
 */
export const chainChange = ({ store }: AdminParts, name: string, given: ChainWritten): Change => {
  const written = writtenIn(store);
  const before = chainIn(written, name);
  const to = given.name ?? name;
  const renamed = before !== undefined && to !== name;
  if (to !== name && Object.hasOwn(written.chains, to)) {
    throw new ChainError('in_use', `A chain "${to}" already exists. Choose another name.`, { param: 'name' });
  }
  const edits: Edit[] = renamed ? [{ op: 'rename', path: ['chains', name], key: to }] : [];
  const names = [...Object.keys(written.chains).filter((each) => each !== name), to];
  const { defaultChain } = store.current;
  return {
    edits: [
      ...edits,
      { op: 'set', path: ['chains', to], value: chainWritten(before, given) },
      ...defaultEdits(written, names, renamed && defaultChain === name ? to : defaultChain),
      ...(renamed
        ? aliasesOf(written, name).map((alias): Edit => ({ op: 'set', path: ['aliases', alias], value: to }))
        : []),
    ],
  };
};

/** The aliases of a chain. */
const aliasesOf = ({ aliases = {} }: Configuration, chain: string): readonly string[] =>
  Object.keys(aliases).filter((alias) => aliases[alias] === chain);

/** The edits that keep `wanted` the default chain among chains of these names. */
const defaultEdits = (written: Configuration, names: readonly string[], wanted: string): Edit[] => {
  const implied = names.length === 1 ? names[0] : 'default';
  if ((written.defaultChain ?? implied) === wanted) return [];
  return [{ op: 'set', path: ['defaultChain'], value: wanted }];
};

/** The chain in its short form, unless it has settings or was written in full. */
const chainWritten = (before: Chain | undefined, given: ChainWritten): Chain => {
  const targets = targetsWritten(given.targets, before === undefined ? [] : targetsOf(before));
  const full = before === undefined || Array.isArray(before) ? undefined : before;
  const settings = [
    ...SETTINGS.map((key) => [key, given[key]] as const),
    ...KEPT.map((key) => [key, given[key] ?? full?.[key]] as const),
  ].filter(([, value]) => value !== undefined && !isEmpty(value));
  if (full === undefined && settings.length === 0) return targets as Chain;
  return { targets, ...Object.fromEntries(settings) } as Chain;
};

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** Each target in its short form, unless it has settings or was written in full. */
const targetsWritten = (given: unknown, before: readonly Target[]): Target[] => {
  if (!Array.isArray(given)) {
    throw new ChainError('invalid_request', '"targets" must be a list, the first to be asked first.', {
      param: 'targets',
    });
  }
  return given.map((each: unknown) => {
    const { target, free, limits, timeouts } = targetGiven(each);
    const full = before.find((each): each is FullTarget => typeof each !== 'string' && targetIdOf(each) === target);
    const more = {
      ...(free === undefined && full?.free === undefined ? {} : { free: free ?? full?.free }),
      ...(limits === undefined || isEmpty(limits) ? {} : { limits }),
      ...(timeouts === undefined || isEmpty(timeouts) ? {} : { timeouts }),
    };
    const isShort = full === undefined && Object.keys(more).length === 0;
    return isShort ? target : ({ ...splitTarget(target), ...more } as FullTarget);
  });
};

/** Reads a target in any form: `provider/model`, or an object with `target`, or with `provider` and `model`. */
const targetGiven = (given: unknown): ChainTargetView => {
  const { provider, model, target, ...settings } = fieldsOf(given);
  const inParts = typeof provider === 'string' && typeof model === 'string' ? `${provider}/${model}` : undefined;
  const id = typeof given === 'string' ? given : (target ?? inParts);
  if (typeof id === 'string' && splitTarget(id) !== undefined) return { ...settings, target: id };
  const message = `${JSON.stringify(given)} is not a target. Expected "provider/model", or an object with "target".`;
  throw new ChainError('invalid_request', message, { param: 'targets' });
};

/** @throws ChainError `not_found`, `in_use` */
export const chainRemoval = ({ store }: AdminParts, name: string): Change => {
  const written = writtenIn(store);
  if (chainIn(written, name) === undefined) throw noChain(name);
  if (Object.keys(written.chains).length === 1) {
    throw new ChainError('in_use', `${name} is the only chain. Add another one first.`);
  }
  if (store.current.defaultChain === name) {
    throw new ChainError('in_use', `${name} is the default chain. Make another one the default first.`);
  }
  const [alias] = aliasesOf(written, name);
  if (alias !== undefined) {
    throw new ChainError('in_use', `The alias "${alias}" means ${name}. Change the alias in the configuration first.`);
  }
  const left = Object.keys(written.chains).filter((each) => each !== name);
  return {
    edits: [{ op: 'remove', path: ['chains', name] }, ...defaultEdits(written, left, store.current.defaultChain)],
  };
};

/** @throws ChainError `not_found` */
export const defaultChainChange = ({ store }: AdminParts, name: unknown): Change => {
  const written = writtenIn(store);
  if (typeof name !== 'string' || chainIn(written, name) === undefined) throw noChain(String(name));
  return { edits: [{ op: 'set', path: ['defaultChain'], value: name }] };
};

const noChain = (name: string): ChainError =>
  new ChainError('not_found', `There is no chain "${name}". GET /admin/api/chains lists them.`);

const chainIn = ({ chains }: Configuration, name: string): Chain | undefined =>
  Object.hasOwn(chains, name) ? chains[name] : undefined;
