import { createRequire } from 'node:module';
import type * as Undici from 'undici';

const require = createRequire(import.meta.url);

/**
 * Loads one part of undici. The whole package contains `fetch`, caches and test doubles as well, which take three times as long
 * to load and 9 MB of memory.
 */
const partOf = <T>(path: string): T => require(`undici/lib/${path}.js`) as T;

export const Client = partOf<typeof Undici.Client>('dispatcher/client');
export const Pool = partOf<typeof Undici.Pool>('dispatcher/pool');
export const Agent = partOf<typeof Undici.Agent>('dispatcher/agent');
export const ProxyAgent = partOf<typeof Undici.ProxyAgent>('dispatcher/proxy-agent');
export const buildConnector = partOf<typeof Undici.buildConnector>('core/connect');
export const errors = partOf<typeof Undici.errors>('core/errors');
export const { parseHeaders } = partOf<typeof Undici.util>('core/util');

// As the whole package does. A tunnel through a proxy needs `connect`.
const Dispatcher = partOf<{ readonly prototype: Undici.Dispatcher }>('dispatcher/dispatcher');
Object.assign(Dispatcher.prototype, partOf<object>('api/index'));
