const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/** A duration (`500ms`, `6s`, `1m`, `1h30m`, `1d`) in ms; `undefined` if it is invalid. */
export const durationMs = (text: string): number | undefined => {
  const trimmed = text.trim();
  if (!WHOLE.test(trimmed)) return undefined;
  let sum = 0;
  for (const [, amount, unit = ''] of trimmed.matchAll(PART)) sum += Number(amount) * (UNIT_MS[unit] ?? 0);
  return sum;
};
