import type { ChainsReply } from '../../../../src/contract/admin-configuration.js';
import type { Explanation } from '../../../../src/contract/explain.js';
import { counted, timeText } from '../format.js';
import { hasWords, searchWords } from '../search-words.js';

/** A name that a request's `model` may have. */
export interface NamedChoice {
  readonly name: string;
  readonly kind: 'chain' | 'target' | 'model';
  /** Such as `3 targets, default`. */
  readonly note: string;
}

/** What is known of names. */
export interface KnownNames {
  readonly chains: ChainsReply | undefined;
  /** The targets of all chains. */
  readonly targets: readonly string[];
  /** The models that a provider listed, by the provider's id. */
  readonly models: Readonly<Record<string, readonly string[]>>;
}

/** All choices: chains, then their targets, then other models of providers. */
export const choicesOf = ({ chains, targets, models }: KnownNames): readonly NamedChoice[] => {
  const known = new Set<string>();
  const add = (name: string, kind: NamedChoice['kind'], note = ''): NamedChoice[] => {
    if (known.has(name)) return [];
    known.add(name);
    return [{ name, kind, note }];
  };
  return [
    ...(chains?.chains ?? []).flatMap(({ name, targets: own }) =>
      add(name, 'chain', `${counted(own.length, 'target')}${name === chains?.defaultChain ? ', default' : ''}`),
    ),
    ...targets.flatMap((target) => add(target, 'target')),
    ...Object.entries(models).flatMap(([id, names]) => names.flatMap((name) => add(`${id}/${name}`, 'model'))),
  ];
};

/** The choices with all words of `search`; those that begin with it come first. */
export const matching = (choices: readonly NamedChoice[], search: string): readonly NamedChoice[] => {
  const text = search.trim().toLowerCase();
  const words = searchWords(search);
  const found = choices.filter(({ name }) => hasWords(name, words));
  const rank = ({ name }: NamedChoice): number => (name.toLowerCase().startsWith(text) ? 0 : 1);
  return text === '' ? found : found.toSorted((one, other) => rank(one) - rank(other));
};

/** What will happen to a request for a name. */
export interface Outlook {
  readonly kind: 'ok' | 'warn';
  readonly text: string;
}

/** Says which chain answers, and what its next request would do. */
export const outlookOf = (model: string, explanation: Explanation, names: KnownNames): Outlook => {
  const { chain, unknownModel, decision } = explanation;
  const unlisted = unlistedIn(model, names);
  const warning =
    unknownModel === true
      ? `No chain or target is named “${model}”. `
      : unlisted === undefined
        ? ''
        : `${unlisted} does not list this model. `;
  const isChain = names.chains?.chains.some(({ name }) => name === chain) ?? false;
  const who =
    model === '' || unknownModel === true
      ? `the default chain “${chain}”`
      : chain !== model
        ? `“${chain}”, of which this is an alias,`
        : isChain
          ? `the chain “${chain}”`
          : 'this target alone';
  const kind = warning === '' && decision.kind === 'asks' ? 'ok' : 'warn';
  return { kind, text: warning + sentenceOf(who, decision) };
};

const sentenceOf = (who: string, decision: Explanation['decision']): string => {
  if (decision.kind === 'asks')
    return `${who.charAt(0).toUpperCase()}${who.slice(1)} answers. Next: ${decision.target}.`;
  if (decision.kind === 'refuses') return `A request to ${who} would be refused now: ${decision.message}`;
  const { retryAt } = decision;
  return `A request to ${who} would wait now${retryAt === undefined ? '' : `, until ${timeText(retryAt)}`}.`;
};

/** The provider of a target whose list of models does not have it. */
const unlistedIn = (model: string, { models }: KnownNames): string | undefined => {
  const slash = model.indexOf('/');
  const id = model.slice(0, Math.max(slash, 0));
  const listed = models[id] ?? [];
  return listed.length > 0 && !listed.includes(model.slice(slash + 1)) ? id : undefined;
};
