/** Bytes of a number in a vector: a float32, in little-endian order as OpenAI's SDKs read it. */
const BYTES = 4;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Returns a vector as base64. The numbers are rounded to float32. */
export const base64Of = (vector: readonly number[]): string => {
  const bytes = Buffer.allocUnsafe(vector.length * BYTES);
  for (let at = 0; at < vector.length; at++) bytes.writeFloatLE(vector[at] as number, at * BYTES);
  return bytes.toString('base64');
};

/** Returns the vector in `base64`, or `undefined` if that is not a vector. */
export const vectorOf = (base64: string): number[] | undefined => {
  const length = lengthOf(base64);
  if (length === undefined) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  return Array.from({ length }, (_, at) => bytes.readFloatLE(at * BYTES));
};

/** Returns how many numbers a vector in base64 has, without decoding it; `undefined` if it is not a vector. */
export const lengthOf = (base64: string): number | undefined => {
  if (base64.length % 4 !== 0 || !BASE64.test(base64)) return undefined;
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  const bytes = (base64.length / 4) * 3 - padding;
  return bytes > 0 && bytes % BYTES === 0 ? bytes / BYTES : undefined;
};
