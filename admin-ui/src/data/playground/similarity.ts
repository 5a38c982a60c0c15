/** The cosine of the angle between two vectors: 1 for the same direction. 0 if one has no length. */
export const similarity = (one: readonly number[], other: readonly number[]): number => {
  const dot = one.reduce((sum, value, place) => sum + value * (other[place] ?? 0), 0);
  const length = (vector: readonly number[]): number =>
    Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  const both = length(one) * length(other);
  return both === 0 ? 0 : dot / both;
};
