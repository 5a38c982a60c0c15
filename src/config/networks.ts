import { BlockList, isIP } from 'node:net';

const FORM = /^(?<address>[^/]+)(?:\/(?<bits>\d{1,3}))?$/;

interface Network {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** Whether `text` is an IP address, or a network such as `10.0.0.0/8`. */
export const isNetwork = (text: string): boolean => networkIn(text) !== undefined;

/** Returns a function that tells whether an IP address is in one of `networks`. Invalid networks contain none. */
export const membershipOf = (networks: readonly string[]): ((address: string) => boolean) => {
  const list = new BlockList();
  for (const text of networks) {
    const network = networkIn(text);
    if (network !== undefined) list.addSubnet(network.address, network.bits, network.family);
  }
  return (given) => {
    const address = plainAddress(given);
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
  };
};

/** An IPv4 address that is written as IPv6 (`::ffff:192.0.2.1`) as IPv4; any other address as it is. */
export const plainAddress = (address: string): string => /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;

const networkIn = (text: string): Network | undefined => {
  const { address = '', bits } = FORM.exec(text)?.groups ?? {};
  const version = isIP(address);
  if (version === 0 || address.includes('%')) return undefined;
  const most = version === 4 ? 32 : 128;
  const length = bits === undefined ? most : Number(bits);
  return length > most ? undefined : { address, bits: length, family: version === 4 ? 'ipv4' : 'ipv6' };
};
