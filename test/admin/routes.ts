import { readFileSync } from 'node:fs';

/** Every route of the contract, such as `PUT /chains/:name`, in its order. */
export const ROUTES: readonly string[] = [
  ...readFileSync(new URL('../../src/contract/admin-api.ts', import.meta.url), 'utf8').matchAll(
    /^ {2}'((?:GET|POST|PUT|DELETE) \/[^']*)'/gm,
  ),
].map(([, route = '']) => route);
