import type { ModelView } from '../../contract/models.js';
import type { ProviderType } from '../../plugin/door/provider-type.js';
import { isOwnNetwork } from './own-network.js';

/** What the configuration says about a target. */
interface Stated {
  readonly free?: boolean | undefined;
  readonly training?: 'no' | 'may' | undefined;
}

/** What there is to judge a target by. */
export interface TargetFacts {
  readonly type: string;
  readonly providerType: ProviderType;
  readonly model: string;
  readonly baseUrl: string;
  /** Its requests have no key. */
  readonly keyless: boolean;
  readonly stated: Stated;
}

/** A model in the list that its provider sent. */
export interface Listed {
  readonly model: ModelView;
  /** When the list was read, epoch ms. */
  readonly readAt: number;
}

/** Returns the provider's name for people. */
export const titleOf = ({ type, providerType }: TargetFacts): string => providerType.about?.title ?? type;

/** Returns the place and the day of a fact, where they are known. */
export const sourceOf = (
  stated: { readonly source?: string; readonly date?: string } = {},
): { source?: string; date?: string } => ({
  ...(stated.source === undefined ? {} : { source: stated.source }),
  ...(stated.date === undefined ? {} : { date: stated.date }),
});

/**
 * Returns whether a type is for servers of your own, such as LM Studio. A type without an address, such as
 * `openai-compatible`, may be any server, also one that passes requests on.
 */
export const isOwnServer = ({ providerType: { about, baseUrl } }: TargetFacts): boolean =>
  baseUrl !== undefined && (isOwnNetwork(baseUrl) || about?.offers?.some(({ kind }) => kind === 'own') === true);

/** Returns why a server of one's own is not known to run the model in its owner's network; `undefined` if it is. */
export const whyElsewhere = ({ baseUrl, model, providerType }: TargetFacts): string | undefined => {
  if (!isOwnNetwork(baseUrl)) return `its address ${hostOf(baseUrl)} is not in your own network`;
  return providerType.elsewhere?.test(model) ? 'the server passes this model on to a cloud' : undefined;
};

/**
 * Returns why the offers of a provider say nothing about a target: it has another address, such as that of a cloud that
 * charges for the same models. `undefined` for the provider's own address, and for a relay in your own network.
 */
export const whyForeign = (facts: TargetFacts): string | undefined => {
  const { baseUrl, providerType } = facts;
  const own = [providerType.baseUrl ?? [], ...Object.values(providerType.hosts ?? {})].flat();
  if (!URL.canParse(baseUrl) || isOwnNetwork(baseUrl) || !own.every((each) => URL.canParse(each))) return undefined;
  if (own.length === 0 || own.some((each) => hostOf(each) === hostOf(baseUrl))) return undefined;
  return `its address ${hostOf(baseUrl)} is not that of ${titleOf(facts)}`;
};

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : 'is none: it');
