import { definePlugin, type Protocol } from '429chain/plugin';
import { chat } from './chat.js';
import { embed } from './embed.js';
import { generate } from './generate.js';
import { routesOf } from './routes.js';

interface Options {
  readonly key?: NonNullable<Protocol['key']>;
  readonly root?: boolean;
}

/** The version of Ollama whose API this is: some clients refuse older ones. */
const VERSION = '0.13.0';

/** Lets clients of Ollama use 429chain: its API at `/api/chat`, `/api/generate` and beside them. */
export default definePlugin<Options>({
  name: 'ollama',
  description: 'Answers programs that speak the protocol of Ollama, at /api.',
  optionsSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      key: {
        enum: ['api', 'none'],
        description: "'none': programs on this machine need no key. The server must listen on a loopback address.",
      },
      root: { type: 'boolean', description: "Answer GET / with 'Ollama is running'. Default: true." },
    },
  },
  apply(api, { key = 'api', root = true }) {
    const now = (): number => api.now();
    api.addProtocol({ ...chat(now), key, routes: routesOf() });
    for (const each of [generate(now), ...embed(now)]) api.addProtocol({ ...each, key });
    const add = (path: string, type: string, body: string): void =>
      api.addRoute({
        method: 'GET',
        path,
        key: 'none',
        handle: () => ({ headers: { 'content-type': `${type}; charset=utf-8` }, body }),
      });
    add('/api/version', 'application/json', JSON.stringify({ version: VERSION }));
    if (root) add('/', 'text/plain', 'Ollama is running');
  },
});
