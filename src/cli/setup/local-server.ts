import { parseSettings } from '../../config/source/load.js';
import { firstModels } from '../../engine/models/first-models.js';
import { askProviders, buildCandidate } from '../provider-reports.js';
import type { LocalServer } from './first-configuration.js';

/** Servers on this machine that tell their models without a key, in the order of preference. */
const SERVERS = ['ollama', 'lm-studio'];

/** A server on the same machine answers at once, or is not there. */
const TIMEOUTS = { connect: '500ms', firstToken: '2s' };

/**
 * Looks for a server with models on this machine.
 * @param ollamaHost the variable OLLAMA_HOST, such as `127.0.0.1:11435`, which Ollama reads too
 * @returns `undefined` if there is none
 */
export const findLocalServer = async (ollamaHost: string | undefined): Promise<LocalServer | undefined> => {
  const address = ollamaHost === undefined ? undefined : addressOf(ollamaHost);
  const given: Readonly<Record<string, object>> = { ollama: address === undefined ? {} : { baseUrl: address } };
  const providers = Object.fromEntries(SERVERS.map((type) => [type, { type, timeouts: TIMEOUTS, ...given[type] }]));
  const parsed = parseSettings(JSON.stringify({ providers, chains: {} }), { env: {} });
  if (!parsed.ok) return undefined;
  const candidate = await buildCandidate(parsed.settings, []);
  const reports = await askProviders(candidate);
  for (const type of SERVERS) {
    const definition = candidate.host.types.all.find(({ name }) => name === type)?.type;
    const models = reports.get(type)?.models ?? [];
    const [model] = definition === undefined || models.length === 0 ? [] : firstModels(definition, models, false);
    if (model !== undefined)
      return { type, model, ...(type === 'ollama' && address !== undefined ? { baseUrl: address } : {}) };
  }
  return undefined;
};

const OLLAMA_PORT = '11434';

/** `0.0.0.0` is where Ollama listens, not where it can be reached. */
const addressOf = (host: string): string | undefined => {
  const text = /^https?:\/\//.test(host) ? host : `http://${host}`;
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port } = new URL(text);
  return `${protocol}//${hostname === '0.0.0.0' ? '127.0.0.1' : hostname}:${port || OLLAMA_PORT}/v1`;
};
