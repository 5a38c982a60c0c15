import type { ChainView } from '../../../../src/contract/admin-configuration.js';
import { hasWords, searchWords } from '../search-words.js';

/** A chain that a search finds. */
export interface FoundChain {
  readonly chain: ChainView;
  /** The places of the targets that are found; absent if the name alone is found, or if nothing is searched for. */
  readonly places?: readonly number[];
}

/** The chains whose name has all words of `text`, or with targets that have them together with the name. */
export const findChains = (chains: readonly ChainView[], text: string): readonly FoundChain[] => {
  const words = searchWords(text);
  return chains.flatMap((chain): FoundChain[] => {
    if (hasWords(chain.name, words)) return [{ chain }];
    const places = chain.targets.flatMap(({ target }, place) =>
      hasWords(`${chain.name} ${target}`, words) ? [place] : [],
    );
    return places.length === 0 ? [] : [{ chain, places }];
  });
};

/** The places of the targets that have all words of `text`. A number alone is also the place that it names, from 1. */
export const findPlaces = (targets: readonly string[], text: string): readonly number[] => {
  const words = searchWords(text);
  if (words.length === 0) return [];
  const named = /^#?\d+$/.test(text.trim()) ? Number(text.trim().replace('#', '')) - 1 : -1;
  const found = targets.flatMap((target, place) => (place !== named && hasWords(target, words) ? [place] : []));
  return named >= 0 && named < targets.length ? [named, ...found] : found;
};
