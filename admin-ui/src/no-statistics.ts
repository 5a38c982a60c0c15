/** In place of the router's own module of this name: counts nothing. */
export const usageStatistics = (): void => {};
