import type { ChainsReply, ProvidersReply } from '../../../../src/contract/admin-configuration.js';
import type { RequestRecord } from '../../../../src/contract/requests.js';
import { counted, timeText } from '../format.js';
import { call } from '../server/client.js';
import { live } from '../server/feed.js';
import type { Entry } from './find-entries.js';

/** The number of requests to look through. */
const REQUESTS = 200;

/** The entries that the server knows: chains, providers, models and requests. Those that it does not answer are missing. */
export const loadEntries = async (signal: AbortSignal): Promise<readonly Entry[]> => {
  const parts = await Promise.allSettled([
    call('GET /chains', { signal }).then(chainEntries),
    call('GET /providers', { signal }).then(providerEntries),
    call('GET /status', { signal }).then(({ targets }) => modelEntries(targets.map(({ target }) => target))),
    call('GET /requests', { query: { limit: REQUESTS }, signal }).then(({ requests }) =>
      requestEntries([...live.recent, ...requests]),
    ),
  ]);
  return parts.flatMap((part) => (part.status === 'fulfilled' ? part.value : []));
};

const chainEntries = ({ chains, defaultChain }: ChainsReply): readonly Entry[] =>
  chains.map(({ name, targets }) => ({
    kind: 'Chains',
    text: name,
    detail: `${counted(targets.length, 'target')}${name === defaultChain ? ', the default chain' : ''}`,
    does: `/admin/chains/${encodeURIComponent(name)}`,
  }));

const providerEntries = ({ providers }: ProvidersReply): readonly Entry[] =>
  providers.map(({ id, type, state }) => ({
    kind: 'Providers',
    text: id,
    detail: state,
    words: type,
    does: '/admin/providers',
  }));

const modelEntries = (targets: readonly string[]): readonly Entry[] =>
  targets.map((target) => ({
    kind: 'Models',
    text: target,
    detail: 'Try it in the playground',
    does: `/admin/playground?model=${encodeURIComponent(target)}`,
  }));

const requestEntries = (requests: readonly RequestRecord[]): readonly Entry[] =>
  [...new Map(requests.map((request) => [request.id, request])).values()].map(
    ({ id, at, status, target, chain, refusal, keyLabel }) => ({
      kind: 'Requests',
      text: id,
      detail: [status, target ?? chain, timeText(at)].join(' · '),
      words: [chain, target, refusal, keyLabel].filter((word) => word !== undefined).join(' '),
      does: `/admin/requests/${encodeURIComponent(id)}`,
    }),
  );
