/** The count of each bucket, by the bucket's number. Empty buckets are absent. */
export type Histogram = Record<string, number>;

/** Each bucket ends 2^(1/8), or 9 %, above its start, so its middle is accurate within 5 %. */
const BUCKETS_PER_OCTAVE = 8;
/** The last bucket, about 18 hours. Longer values count there. */
const LAST_BUCKET = 26 * BUCKETS_PER_OCTAVE;

export const bucketOf = (ms: number): number =>
  Math.min(LAST_BUCKET, ms > 1 ? Math.ceil(Math.log2(ms) * BUCKETS_PER_OCTAVE) : 0);

/** The middle of the bucket that contains the quantile `share`, such as 0.99; `undefined` without values. */
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
