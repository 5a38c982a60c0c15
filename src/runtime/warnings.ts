import { BlockList, isIP } from 'node:net';
import { plainAddress } from '../config/networks.js';
import type { Settings } from '../config/settings.js';
import type { Chains } from '../engine/chains.js';
import { mixedVectors } from '../engine/surfaces/mixed-vectors.js';
import type { PreparedProvider } from '../engine/target.js';
import type { Host } from '../host/host.js';

/** What works, but is probably a mistake: one sentence each, for the log. */
export const warningsOf = ({
  chains,
  providers,
  settings,
  host,
}: {
  readonly chains: Chains;
  readonly providers: readonly PreparedProvider[];
  readonly settings: Settings;
  readonly host: Pick<Host, 'sharesLedger'>;
}): string[] =>
  [
    ...chains.all.map(mixedVectors),
    ...providers.map(metadataAddress),
    host.sharesLedger ? keysOfReplicas(settings) : undefined,
  ].filter((warning) => warning !== undefined);

/** Each replica keeps the keys that it generates in a data folder of its own. */
const keysOfReplicas = ({ server: { apiKeys, adminKey } }: Settings): string | undefined => {
  const unset = [
    ...(apiKeys.length === 0 ? ['`server.apiKeys`'] : []),
    ...(adminKey === undefined ? ['`server.adminKey`'] : []),
  ];
  if (unset.length === 0) return undefined;
  return `The ledger is shared with other replicas, but ${unset.join(' and ')} ${unset.length === 1 ? 'is' : 'are'} not set: each replica generates keys of its own and refuses those of the others. Set the same keys for all.`;
};

/** Names of the servers where a cloud gives a machine its own credentials. */
const METADATA_NAMES = new Set(['metadata.google.internal', 'metadata.goog', 'metadata', 'instance-data.ec2.internal']);

/** Their addresses: link-local ones, and those of AWS for IPv6, Alibaba and Oracle. */
const METADATA = new BlockList();
METADATA.addSubnet('169.254.0.0', 16, 'ipv4');
METADATA.addSubnet('fe80::', 10, 'ipv6');
METADATA.addAddress('fd00:ec2::254', 'ipv6');
METADATA.addAddress('100.100.100.200', 'ipv4');
METADATA.addAddress('192.0.0.192', 'ipv4');

const metadataAddress = ({ provider, baseUrl }: PreparedProvider): string | undefined => {
  if (!URL.canParse(baseUrl)) return undefined;
  const host = new URL(baseUrl).hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  if (!METADATA_NAMES.has(host) && !isMetadata(host)) return undefined;
  return `The baseUrl of the provider ${provider} leads to ${host}, where clouds give machines their credentials. Check who set it.`;
};

const isMetadata = (host: string): boolean => {
  // `::ffff:169.254.169.254`, as URLs write it.
  const [, high = '', low = ''] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host) ?? [];
  const mapped =
    high === ''
      ? host
      : [high, low]
          .map((part) => Number.parseInt(part, 16))
          .map((part) => `${part >> 8}.${part & 255}`)
          .join('.');
  const address = plainAddress(mapped);
  const version = isIP(address);
  return version !== 0 && METADATA.check(address, version === 4 ? 'ipv4' : 'ipv6');
};
