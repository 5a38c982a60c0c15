/** Reads an object that was stored; an empty one if there is none, if it is damaged, or if the browser blocks storage. */
export const stored = <T extends object>(storage: () => Storage, key: string): Partial<T> => {
  try {
    const value: unknown = JSON.parse(storage().getItem(key) ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Partial<T>) : {};
  } catch {
    return {};
  }
};

/** Stores an object. @returns whether there was room, and the browser allowed it */
export const store = (storage: () => Storage, key: string, value: object): boolean => {
  try {
    storage().setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
};

export const thisBrowser = (): Storage => localStorage;
export const thisTab = (): Storage => sessionStorage;
