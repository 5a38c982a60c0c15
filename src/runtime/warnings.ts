import { BlockList, isIP } from 'node:net';
import { plainAddress } from '../config/networks.js';
import type { Chains } from '../engine/chains.js';
import { mixedVectors } from '../engine/surfaces/mixed-vectors.js';
import type { PreparedProvider } from '../engine/target.js';

/** What works, but is probably a mistake: one sentence each, for the log. */
export const warningsOf = ({
  chains,
  providers,
}: {
  readonly chains: Chains;
  readonly providers: readonly PreparedProvider[];
}): string[] =>
  [...chains.all.map(mixedVectors), ...providers.map(metadataAddress)].filter((warning) => warning !== undefined);

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
