import type { Chain } from '../target.js';
import { bareModel, isEmbeddingModel } from './embedding-model.js';

/** Returns a warning about a chain that has nothing but models for vectors, and different ones; `undefined` for any other. */
export const mixedVectors = ({ name, targets, sameVectors }: Chain): string | undefined => {
  if (sameVectors || !targets.every(({ model }) => isEmbeddingModel(model))) return undefined;
  const models = [...new Set(targets.map(({ model }) => bareModel(model)))];
  if (models.length < 2) return undefined;
  return (
    `Chain "${name}" has embedding models whose vectors cannot be compared: ${models.join(', ')}. ` +
    `Only targets with ${models[0]} answer. Set sameVectors to true if all of them return the same vectors.`
  );
};
