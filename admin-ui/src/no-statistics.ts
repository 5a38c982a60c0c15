/** Replaces the router's statistics module and does nothing. */
export const usageStatistics = (): void => {};
