export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `value` as an object; an empty one if it is none. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** The objects in `value`, if it is a list. */
export const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);

/** The text in `value`; empty if it has none. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** @throws Error with the message of an event that says that the answer failed */
export const throwError = (error: unknown): never => {
  const message = typeof error === 'string' ? error : fieldsOf(error).message;
  throw new Error(textOf(message) || 'The provider failed while it answered.');
};
