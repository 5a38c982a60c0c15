import { isIP } from 'node:net';
import { membershipOf } from '../../config/networks.js';

/** Addresses that no server on the internet has. */
const isPrivate = membershipOf([
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '100.64.0.0/10',
  '::1',
  'fc00::/7',
  'fe80::/10',
]);

/** A name without a domain, or in a domain that is not part of the internet. */
const LOCAL_NAME = /^[^.]+$|\.(?:localhost|local|internal|lan|home|home\.arpa)$/;

/** Returns whether a URL leads to this machine or to the network around it. */
export const isOwnNetwork = (url: string): boolean => {
  if (!URL.canParse(url)) return false;
  const host = new URL(url).hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  return isIP(host) === 0 ? LOCAL_NAME.test(host) : isPrivate(host);
};
