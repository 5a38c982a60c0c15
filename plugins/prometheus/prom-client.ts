import { createRequire } from 'node:module';

export type PromClient = typeof import('prom-client');

const require = createRequire(import.meta.url);

/**
 * Loads the package at the first scrape: many proxies are never scraped. By `require`, because Node remembers a failed import,
 * such as one for too many open files.
 */
export const promClient = (): PromClient => require('prom-client') as PromClient;
