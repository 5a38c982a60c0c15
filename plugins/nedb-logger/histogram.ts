/** How many there were in each bucket, by its number. Buckets that are empty are absent. */
export type Histogram = Record<string, number>;

/** Each bucket ends 2^(1/8), or 9 %, above its begin, so that its middle is right within 5 %. */
const BUCKETS_PER_OCTAVE = 8;
/** Up to some 18 hours; longer ones count as that. */
const LAST_BUCKET = 26 * BUCKETS_PER_OCTAVE;

export const bucketOf = (ms: number): number =>
  Math.min(LAST_BUCKET, ms > 1 ? Math.ceil(Math.log2(ms) * BUCKETS_PER_OCTAVE) : 0);

/** The middle of the bucket in which the `share` of all, such as 0.99, is reached; `undefined` when it is empty. */
export const quantileOf = (histogram: Histogram, share: number): number | undefined => {
  const buckets = Object.entries(histogram).sort(([one], [other]) => Number(one) - Number(other));
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [bucket, count] of buckets) {
    seen += count;
    if (seen >= total * share) return Math.round(2 ** ((Number(bucket) - 0.5) / BUCKETS_PER_OCTAVE) * 10) / 10;
  }
  return undefined;
};
