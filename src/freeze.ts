/**
 * Freezes a value with everything in it that is a plain object or a list, and returns it: nothing that reads it can change what
 * others see. Getters are not called.
 */
export const freezeDeep = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || !isPlain(value)) return value;
  Object.freeze(value);
  for (const name of Object.keys(value)) freezeDeep(Object.getOwnPropertyDescriptor(value, name)?.value);
  return value;
};

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
};
