/** A collection that read each provider's page again on that day, and quotes it. */
export const PAGES = { source: 'https://github.com/IdoY12/awesome-free-ai-apis', date: '2026-09-26' } as const;
